// clone3, called directly.
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  struct clone_args arguments = {.exit_signal = SIGCHLD};
  int status = 0;
  const pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
  CHECK(child >= 0);
  if (child == 0) _exit(0);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
