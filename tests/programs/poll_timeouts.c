// poll, select and epoll_wait that time out after 3 ms, and a poll that finds its pipe ready.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "check.h"

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
  return 0;
}
