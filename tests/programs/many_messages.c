// sendmmsg and recvmmsg: three datagrams of 10, 20 and 30 bytes.
#include <sys/socket.h>

#include "check.h"

int main(void) {
  int ends[2];
  char bytes[3][30];
  struct iovec parts[3];
  struct mmsghdr messages[3];
  memset(bytes, 'x', sizeof bytes);
  memset(messages, 0, sizeof messages);
  CHECK(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
  for (unsigned i = 0; i < 3; ++i) {
    parts[i] = (struct iovec){bytes[i], 10 * (i + 1)};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  CHECK(sendmmsg(ends[0], messages, 3, 0) == 3);
  CHECK(recvmmsg(ends[1], messages, 3, 0, NULL) == 3 && messages[2].msg_len == 30);
  return 0;
}
