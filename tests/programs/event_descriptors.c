// eventfd, timerfd and signalfd under one epoll.
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

#include "check.h"

int main(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGUSR1);
  CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
  const int event = eventfd(0, EFD_NONBLOCK), timer = timerfd_create(CLOCK_MONOTONIC, 0), signals = signalfd(-1, &set, 0);
  const int poller = epoll_create1(0);
  const struct itimerspec in_5_ms = {.it_value = {.tv_nsec = 5000000}};
  CHECK(kill(getpid(), SIGUSR1) == 0 && eventfd_write(event, 1) == 0);
  const int fds[3] = {event, timer, signals};
  for (int i = 0; i < 3; ++i) {
    struct epoll_event watched = {.events = EPOLLIN, .data.u64 = 100 + (unsigned)i};
    CHECK(epoll_ctl(poller, EPOLL_CTL_ADD, fds[i], &watched) == 0);
  }
  for (int seen = 0; seen < 3;) {
    struct epoll_event ready[3];
    const int n = epoll_wait(poller, ready, 3, 1000);
    CHECK(n > 0);
    for (int i = 0; i < n; ++i, ++seen) {
      char bytes[sizeof(struct signalfd_siginfo)];
      CHECK(read(fds[ready[i].data.u64 - 100], bytes, sizeof bytes) > 0);
    }
    // Now, and not before: on a busy machine it would expire before the first epoll_wait, which then is the only one.
    if (seen == 2) CHECK(timerfd_settime(timer, 0, &in_5_ms, NULL) == 0);
  }
  return 0;
}
