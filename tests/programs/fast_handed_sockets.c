// Sockets that one thread makes, another connects and closes at once, again and again.
#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

#include "check.h"

enum { kTurns = 300 };
static struct sockaddr_in address;
static int handed[2];

static void* connecting(void* nothing) {
  int fd;
  for (int i = 0; i < kTurns; ++i) {
    CHECK(read(handed[0], &fd, sizeof fd) == sizeof fd);
    CHECK(connect(fd, (struct sockaddr*)&address, sizeof address) == 0 && close(fd) == 0);
  }
  return nothing;
}

int main(void) {
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr*)&address, sizeof address) == 0 && listen(listener, 50) == 0);
  CHECK(getsockname(listener, (struct sockaddr*)&address, &length) == 0 && pipe(handed) == 0);
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, connecting, NULL) == 0);
  for (int i = 0; i < kTurns; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(write(handed[1], &fd, sizeof fd) == sizeof fd);
    const int accepted = accept(listener, NULL, NULL);
    CHECK(accepted >= 0 && close(accepted) == 0);
  }
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
