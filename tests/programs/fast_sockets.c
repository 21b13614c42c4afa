// Connections in every way, many times each: blocking and not, accepted with and without flags and address, refused,
// with pointers to nowhere, over both protocols, also interrupted by signals.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "check.h"

enum { kTurns = 40 };

union Address {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
};

static void on_alarm(int signal) { (void)signal; }

static socklen_t length_of(int family) {
  return family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

// Named by the kernel, on the loopback interface.
static int bound(int family, union Address* address) {
  memset(address, 0, sizeof *address);
  address->any.sa_family = (sa_family_t)family;
  if (family == AF_INET) address->v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (family == AF_INET6) address->v6.sin6_addr = in6addr_loopback;
  const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, &address->any, length_of(family)) != 0) return -1;
  socklen_t length = length_of(family);
  CHECK(getsockname(fd, &address->any, &length) == 0);
  return fd;
}

static void wait_for(int fd, short events) {
  struct pollfd there = {.fd = fd, .events = events};
  int ready;
  while ((ready = poll(&there, 1, -1)) < 0 && errno == EINTR) {
  }
  CHECK(ready == 1);
}

static int connecting(const union Address* address, int flags) {
  const int fd = socket(address->any.sa_family, SOCK_STREAM | flags, 0);
  CHECK(fd >= 0);
  const int result = connect(fd, &address->any, length_of(address->any.sa_family));
  CHECK(result == 0 || ((flags & SOCK_NONBLOCK) != 0 && errno == EINPROGRESS));
  wait_for(fd, POLLOUT);
  return fd;
}

// The kernel, asked by the program, says the same as before.
static void check_accepted(int fd, int flags) {
  CHECK(fd >= 0);
  CHECK(((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0) == ((flags & SOCK_NONBLOCK) != 0));
  CHECK(((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0) == ((flags & SOCK_CLOEXEC) != 0));
}

static void talk(int a, int b) {
  char byte = 'x';
  CHECK(send(a, &byte, 1, 0) == 1);
  wait_for(b, POLLIN);
  CHECK(recv(b, &byte, 1, 0) == 1 && close(a) == 0 && close(b) == 0);
}

// The two options that are recorded, and one that is not.
static void set_options(int fd) {
  const int on = 1;
  const struct linger linger = {.l_onoff = 1, .l_linger = 7};
  CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
  CHECK(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0);
  CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
}

static void connections(int listener, const union Address* address) {
  static const int kFlags[] = {0, SOCK_NONBLOCK, SOCK_CLOEXEC, SOCK_NONBLOCK | SOCK_CLOEXEC};
  for (int i = 0; i < kTurns; ++i) {
    const int flags = kFlags[i % 4];
    union Address peer, own;
    socklen_t length = sizeof peer, own_length = sizeof own;
    const int client = connecting(address, flags);
    CHECK(getsockname(client, &own.any, &own_length) == 0);
    const int server = i % 3 == 0 ? accept4(listener, NULL, NULL, flags) : accept4(listener, &peer.any, &length, flags);
    check_accepted(server, flags);
    if (i % 3 != 0) CHECK(length == own_length && memcmp(&peer, &own, length) == 0);
    set_options(client);
    talk(client, server);
    const int again = connecting(address, flags);
    const int plain = i % 2 == 0 ? accept(listener, NULL, NULL) : accept(listener, &peer.any, &length);
    check_accepted(plain, 0);
    talk(plain, again);
  }
}

static void failing(int listener, const union Address* refused, int closed_fd) {
  char* const bad = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(bad != MAP_FAILED && mprotect(bad, 4096, PROT_READ | PROT_WRITE) == 0);
  char* const edge = bad + 4096;  // what begins before it ends behind it
  const socklen_t length = length_of(refused->any.sa_family);
  CHECK(fcntl(listener, F_SETFL, O_NONBLOCK) == 0);
  for (int i = 0; i < kTurns; ++i) {
    CHECK(socket(AF_INET, SOCK_STREAM, 12345) == -1);
    const int fd = socket(refused->any.sa_family, SOCK_STREAM, 0);
    CHECK(fd >= 0);
    CHECK(connect(fd, (struct sockaddr*)edge, length) == -1 && errno == EFAULT);
    memcpy(edge - 8, refused, 8);
    CHECK(connect(fd, (struct sockaddr*)(edge - 8), length) == -1 && errno == EFAULT);
    CHECK(connect(fd, NULL, length) == -1 && errno == EFAULT);
    memcpy(edge - length, refused, length);
    CHECK(connect(fd, (struct sockaddr*)(edge - length), length) == -1 && errno == ECONNREFUSED);
    CHECK(connect(fd, (struct sockaddr*)(edge - length), 1) == -1 && errno == EINVAL);
    CHECK(connect(closed_fd, &refused->any, length) == -1 && errno == EBADF);
    *(int*)(edge - 4) = 1;
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, edge - 4, 4) == 0);
    CHECK(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, edge, 4) == -1 && errno == EFAULT);
    CHECK(bind(fd, (struct sockaddr*)edge, length) == -1 && errno == EFAULT);
    CHECK(accept(listener, NULL, NULL) == -1 && errno == EAGAIN);
    CHECK(accept4(listener, NULL, NULL, 0x123) == -1 && errno == EINVAL);
    CHECK(accept(closed_fd, NULL, NULL) == -1 && errno == EBADF);
    CHECK(accept(fd, NULL, NULL) == -1 && errno == EINVAL);
    CHECK(close(fd) == 0);
  }
  CHECK(fcntl(listener, F_SETFL, 0) == 0);
}

// An address that does not hold what the kernel would write: the connection is taken and lost.
static void nowhere_to_write(int listener, const union Address* address) {
  for (int i = 0; i < 10; ++i) {
    const int client = connecting(address, 0);
    socklen_t length = sizeof(union Address);
    CHECK(accept(listener, (struct sockaddr*)8, &length) == -1 && errno == EFAULT);
    CHECK(close(client) == 0);
  }
}

// Not for the hook: paths.
static void over_unix(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  const int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "fast_sockets.%d", (int)getpid());
  const socklen_t bytes = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr*)&address, bytes) == 0 && listen(listener, 5) == 0);
  for (int i = 0; i < kTurns; ++i) {
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(connect(client, (struct sockaddr*)&address, bytes) == 0);
    talk(accept(listener, NULL, NULL), client);
  }
  const int wrong = socket(AF_INET, SOCK_STREAM, 0);
  for (int i = 0; i < kTurns; ++i)
    CHECK(connect(wrong, (struct sockaddr*)&address, bytes) == -1 && errno == EAFNOSUPPORT);
  CHECK(close(wrong) == 0 && close(listener) == 0);
}

// Every so many microseconds, for as long as it takes; 0 = never again.
static void send_alarms(int every_us, int flags) {
  struct sigaction action = {.sa_handler = on_alarm, .sa_flags = flags};
  const struct itimerval timer = {.it_interval.tv_usec = every_us, .it_value.tv_usec = every_us};
  CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

// Nobody connects: a signal ends the wait.
static void interrupted(int listener) {
  send_alarms(1000, 0);
  for (int i = 0; i < kTurns; ++i) CHECK(accept(listener, NULL, NULL) == -1 && errno == EINTR);
  send_alarms(0, 0);
}

static void over(int family) {
  union Address address, refused;
  const int listener = bound(family, &address), closed = bound(family, &refused);
  if (listener < 0 || closed < 0) {  // no IPv6 here
    CHECK(family == AF_INET6);
    return;
  }
  CHECK(listen(listener, 50) == 0);
  connections(listener, &address);
  failing(listener, &refused, 1000);
  nowhere_to_write(listener, &address);
  if (family == AF_INET) interrupted(listener);
  CHECK(close(closed) == 0 && close(listener) == 0);
}

// Signals all the time, at any place in any call: none is lost, and nothing happens twice.
static void under_signals(void) {
  union Address address;
  const int listener = bound(AF_INET, &address);
  CHECK(listener >= 0 && listen(listener, 50) == 0);
  send_alarms(100, SA_RESTART);
  for (int i = 0; i < 10; ++i) connections(listener, &address);
  send_alarms(0, SA_RESTART);
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "signals") == 0) {
    under_signals();
    return 0;
  }
  over(AF_INET);
  over(AF_INET6);
  over_unix();
  return 0;
}
