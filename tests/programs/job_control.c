// A child stops itself and is continued; a sleeping child is stopped and continued from outside.
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "check.h"

int main(void) {
  int status = 0;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    raise(SIGSTOP);
    const struct timespec a_while = {.tv_nsec = 100000000};
    CHECK(nanosleep(&a_while, NULL) == 0);
    _exit(0);
  }
  CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
  CHECK(kill(child, SIGCONT) == 0 && waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status));
  usleep(20000);
  CHECK(kill(child, SIGSTOP) == 0 && waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status));
  CHECK(kill(child, SIGCONT) == 0 && waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
