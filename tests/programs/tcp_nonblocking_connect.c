// connect returns EINPROGRESS; poll tells when the connection is there.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include "check.h"

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  char byte = 'x';
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr*)&address, sizeof address) == 0 && listen(listener, 5) == 0);
  CHECK(getsockname(listener, (struct sockaddr*)&address, &length) == 0);
  const int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const int result = connect(client, (struct sockaddr*)&address, sizeof address);
  CHECK(result == 0 || errno == EINPROGRESS);
  struct pollfd waiting = {.fd = client, .events = POLLOUT};
  CHECK(poll(&waiting, 1, -1) == 1);
  const int server = accept(listener, NULL, NULL);
  CHECK(server >= 0 && write(client, &byte, 1) == 1 && read(server, &byte, 1) == 1);
  return 0;
}
