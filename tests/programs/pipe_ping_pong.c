// Two processes hand a byte to and fro through two pipes, 100 times.
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int there[2], back[2], status = 0;
  char byte = 'x';
  CHECK(pipe(there) == 0 && pipe2(back, 0) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  for (int i = 0; i < 100; ++i) {
    if (child == 0) CHECK(read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1);
    else CHECK(write(there[1], &byte, 1) == 1 && read(back[0], &byte, 1) == 1);
  }
  if (child == 0) return 0;
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
