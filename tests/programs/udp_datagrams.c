// Datagrams over loopback: sendto from an unbound socket, recvfrom, an answer to the sender's address.
#include <arpa/inet.h>
#include <sys/socket.h>

#include "check.h"

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}}, sender;
  socklen_t length = sizeof address;
  char bytes[300];
  memset(bytes, 'x', sizeof bytes);
  const int server = socket(AF_INET, SOCK_DGRAM, 0), client = socket(AF_INET, SOCK_DGRAM, 0);
  CHECK(bind(server, (struct sockaddr*)&address, sizeof address) == 0);
  CHECK(getsockname(server, (struct sockaddr*)&address, &length) == 0);
  for (int i = 0; i < 5; ++i) {
    CHECK(sendto(client, bytes, 300, 0, (struct sockaddr*)&address, sizeof address) == 300);
    length = sizeof sender;
    CHECK(recvfrom(server, bytes, 300, 0, (struct sockaddr*)&sender, &length) == 300);
    CHECK(sendto(server, bytes, 100, 0, (struct sockaddr*)&sender, length) == 100);
    CHECK(recv(client, bytes, 300, 0) == 100);
  }
  return 0;
}
