// Bench: two processes that do not talk to each other, each computing and calling in turn: both cores are
// busy, and the recorder has to find its place. Arguments: calls of each, iterations of work between two calls.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int work(long calls, long iterations) {
  const int fd = open("/dev/null", O_WRONLY);
  volatile unsigned long sum = 0;
  for (long i = 0; i < calls; ++i) {
    for (long j = 0; j < iterations; ++j) sum += (unsigned long)j;
    if (write(fd, "x", 1) != 1) return 1;
  }
  return 0;
}

int main(int argc, char** argv) {
  const long calls = argc > 1 ? atol(argv[1]) : 20000;
  const long iterations = argc > 2 ? atol(argv[2]) : 20000;
  const pid_t child = fork();
  const int failed = work(calls, iterations);
  if (child == 0) _exit(failed);
  int status = 0;
  return waitpid(child, &status, 0) == child && status == 0 ? failed : 1;
}
