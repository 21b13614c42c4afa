// wait4 of a child that exits with 3, waitid of one killed by SIGTERM.
#include <signal.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int status = 0;
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) _exit(3);
  CHECK(wait4(child, &status, 0, NULL) == child && WIFEXITED(status) && WEXITSTATUS(status) == 3);
  child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    for (;;) pause();
  }
  siginfo_t info;
  CHECK(kill(child, SIGTERM) == 0 && waitid(P_PID, (id_t)child, &info, WEXITED) == 0);
  CHECK(info.si_code == CLD_KILLED && info.si_status == SIGTERM);
  return 0;
}
