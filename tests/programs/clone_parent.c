// CLONE_PARENT: a child makes a sibling, which the parent waits for.
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int status = 0, ends[2];
  pid_t sibling = 0;
  CHECK(pipe(ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    sibling = (pid_t)syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
    CHECK(sibling >= 0);
    if (sibling == 0) _exit(4);
    CHECK(write(ends[1], &sibling, sizeof sibling) == sizeof sibling);
    CHECK(waitpid(sibling, &status, 0) == -1 && errno == ECHILD);
    _exit(0);
  }
  CHECK(read(ends[0], &sibling, sizeof sibling) == sizeof sibling);
  CHECK(waitpid(sibling, &status, 0) == sibling && WEXITSTATUS(status) == 4);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
