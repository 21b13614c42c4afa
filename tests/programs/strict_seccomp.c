// Strict seccomp mode in a child. A process that is under a filter already cannot enter it (EINVAL).
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int status = 0;
  const int filtered = prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int result = prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    if (filtered ? result != -1 || errno != EINVAL : result != 0) syscall(SYS_exit, 1);
    syscall(SYS_write, 1, "", 0);
    syscall(SYS_exit, 0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
