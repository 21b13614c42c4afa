// pidfd_getfd: an eventfd and a pipe end taken out of a child, and used.
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int ready[2], status = 0;
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    int mine[2];
    eventfd_t value = 0;
    CHECK(pipe(mine) == 0);
    const int fds[2] = {eventfd(0, 0), mine[0]};
    CHECK(write(ready[1], fds, sizeof fds) == sizeof fds);
    CHECK(eventfd_read(fds[0], &value) == 0 && value == 9);
    CHECK(write(mine[1], "abc", 3) == 3);
    pause();
    _exit(0);
  }
  int fds[2];
  char text[3];
  CHECK(read(ready[0], fds, sizeof fds) == sizeof fds);
  const int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  CHECK(pidfd >= 0);
  const int event = (int)syscall(SYS_pidfd_getfd, pidfd, fds[0], 0);
  const int end = (int)syscall(SYS_pidfd_getfd, pidfd, fds[1], 0);
  if (event < 0) kill(child, SIGKILL);
  if (event < 0) SKIP("pidfd_getfd is not permitted here\n");
  CHECK(eventfd_write(event, 9) == 0);
  CHECK(read(end, text, 3) == 3);
  CHECK(syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) == 0);
  CHECK(syscall(SYS_waitid, 3 /* P_PIDFD */, pidfd, NULL, 4 /* WEXITED */, NULL) == 0);
  (void)status;
  return 0;
}
