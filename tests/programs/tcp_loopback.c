// A TCP connection over loopback: connect, TCP_NODELAY and SO_LINGER at the client, another option, 10 requests of 64
// bytes, answers of 256, shutdown, end of file.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  char bytes[256] = {0};
  int status = 0;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(listener >= 0 && bind(listener, (struct sockaddr*)&address, sizeof address) == 0 && listen(listener, 5) == 0);
  CHECK(getsockname(listener, (struct sockaddr*)&address, &length) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(client, (struct sockaddr*)&address, sizeof address) == 0);
    const int on = 1;
    CHECK(setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0);
    CHECK(setsockopt(client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0);
    const struct linger linger = {.l_onoff = 1, .l_linger = 30};
    CHECK(setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
    for (int i = 0; i < 10; ++i) {
      CHECK(send(client, bytes, 64, 0) == 64);
      CHECK(recv(client, bytes, 256, MSG_WAITALL) == 256);
    }
    CHECK(shutdown(client, SHUT_WR) == 0);
    return 0;
  }
  const int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  CHECK(server >= 0);
  for (int i = 0; i < 10; ++i) {
    CHECK(recv(server, bytes, 64, MSG_WAITALL) == 64);
    CHECK(send(server, bytes, 256, 0) == 256);
  }
  CHECK(recv(server, bytes, 64, 0) == 0);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
