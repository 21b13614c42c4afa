// Bench: the cheapest call in a loop; what is left is the cost of intercepting it. Argument: calls.
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const long calls = argc > 1 ? atol(argv[1]) : 100000;
  const int fd = open("/dev/null", O_WRONLY);
  for (long i = 0; i < calls; ++i)
    if (write(fd, "x", 1) != 1) return 1;
  return 0;
}
