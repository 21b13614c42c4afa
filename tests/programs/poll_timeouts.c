// poll, select and epoll_wait that time out after 3 ms, and a poll that finds its pipe ready. Many selects that find
// two of three descriptors ready, one of them far from the others, and a system call select with a timeout of its own
// unit.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

static void select_two_of_three(int readable, int silent, int writable) {
  fd_set to_read, to_write;
  FD_ZERO(&to_read);
  FD_ZERO(&to_write);
  FD_SET(readable, &to_read);
  FD_SET(silent, &to_read);
  FD_SET(writable, &to_write);
  struct timeval timeout = {.tv_sec = 9};
  CHECK(select(writable + 1, &to_read, &to_write, NULL, &timeout) == 2);
  CHECK(FD_ISSET(readable, &to_read) && !FD_ISSET(silent, &to_read) && FD_ISSET(writable, &to_write));
}

int main(void) {
  int ends[2];
  CHECK(pipe(ends) == 0);
  struct pollfd waiting = {.fd = ends[0], .events = POLLIN};
  CHECK(poll(&waiting, 1, 3) == 0);
  fd_set set;
  FD_ZERO(&set);
  FD_SET(ends[0], &set);
  struct timeval timeout = {.tv_usec = 3000};
  CHECK(select(ends[0] + 1, &set, NULL, NULL, &timeout) == 0);
  struct epoll_event event;
  CHECK(epoll_wait(epoll_create1(0), &event, 1, 3) == 0);
  CHECK(write(ends[1], "x", 1) == 1 && poll(&waiting, 1, -1) == 1 && waiting.revents == POLLIN);
  FD_SET(ends[0], &set);
  CHECK(select(ends[0] + 1, &set, NULL, NULL, NULL) == 1 && FD_ISSET(ends[0], &set));
  int silent[2];
  CHECK(pipe(silent) == 0 && dup2(ends[1], 100) == 100 && dup2(ends[1], 300) == 300);
  for (int i = 0; i < 100; ++i) select_two_of_three(ends[0], silent[0], 100);
  select_two_of_three(ends[0], silent[0], 300);
  for (int i = 0; i < 40; ++i) {
    timeout = (struct timeval){.tv_usec = 50};
    CHECK(syscall(SYS_select, 0, NULL, NULL, NULL, &timeout) == 0);
  }
  return 0;
}
