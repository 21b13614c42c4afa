// Two containers at once: in each, process 1 starts two children that have the same numbers in both, waits for one and
// kills the other.
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

static int first_process(int code) {
  int status = 0;
  CHECK(getpid() == 1);
  const pid_t exits = fork();
  CHECK(exits >= 0);
  if (exits == 0) _exit(code);
  const pid_t pauses = fork();
  CHECK(pauses >= 0);
  if (pauses == 0)
    for (;;) pause();
  CHECK(exits == 2 && pauses == 3);
  CHECK(waitpid(exits, &status, 0) == exits && WEXITSTATUS(status) == code);
  usleep(20000);
  CHECK(kill(pauses, SIGTERM) == 0);
  CHECK(waitpid(pauses, &status, 0) == pauses && WIFSIGNALED(status));
  return code;
}

int main(void) {
  pid_t containers[2];
  int status = 0;
  for (int i = 0; i < 2; ++i) {
    containers[i] = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
    if (containers[i] < 0) SKIP("no user namespaces here: %s\n", strerror(errno));
    if (containers[i] == 0) _exit(first_process(5 + i));
  }
  for (int i = 0; i < 2; ++i)
    CHECK(waitpid(containers[i], &status, 0) == containers[i] && WEXITSTATUS(status) == 5 + i);
  // As unshare(1) does it: only the children are in the new namespace.
  CHECK(unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) _exit(first_process(7));
  CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
  return 0;
}
