// Calls with pointers to nowhere, many times each: they fail with EFAULT and nothing else happens.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define FAILS(call) CHECK((call) == -1 && errno == EFAULT)

int main(void) {
  int ends[2];
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const int zero_fd = open("/dev/zero", O_RDONLY), poller = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLOUT, .data.fd = ends[0]};
  CHECK(zero_fd >= 0 && poller >= 0 && epoll_ctl(poller, EPOLL_CTL_ADD, ends[0], &event) == 0);
  char* const bad = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(bad != MAP_FAILED && mprotect(bad, 4096, PROT_READ | PROT_WRITE) == 0);
  char* const edge = bad + 4096;  // what begins before it ends behind it
  for (int i = 0; i < 60; ++i) {
    FAILS(write(ends[0], edge, 8));
    FAILS(read(zero_fd, edge, 8));
    FAILS(poll((struct pollfd*)edge, 1, 0));
    FAILS(epoll_wait(poller, (struct epoll_event*)edge, 1, 0));
    FAILS(epoll_ctl(poller, EPOLL_CTL_MOD, ends[0], (struct epoll_event*)edge));
    FAILS(nanosleep((struct timespec*)(edge - 8), NULL));
    FAILS(open(edge, O_RDONLY));
    FAILS(fcntl(zero_fd, F_GETLK, (struct flock*)(edge - 8)));
    FAILS(select(3, (fd_set*)edge, NULL, NULL, NULL));
    FAILS(syscall(SYS_pselect6, 0, NULL, NULL, NULL, edge, NULL));
    FAILS(sendmsg(ends[0], (struct msghdr*)(edge - 16), 0));
    FAILS(recvmsg(ends[1], (struct msghdr*)(edge - 16), MSG_DONTWAIT));
    // A path that ends right at the end of what is readable.
    memcpy(edge - 10, "/dev/null", 10);
    const int fd = open(edge - 10, O_RDONLY);
    CHECK(fd >= 0 && close(fd) == 0);
    memset(edge - 10, 'x', 10);
    FAILS(open(edge - 10, O_RDONLY));
  }
  return 0;
}
