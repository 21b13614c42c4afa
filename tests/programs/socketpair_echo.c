// A socketpair between parent and child: 1000 bytes one way, 500 back.
#include <sys/socket.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  int ends[2], status = 0;
  char bytes[1000] = {0};
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(recv(ends[1], bytes, 1000, MSG_WAITALL) == 1000);
    CHECK(send(ends[1], bytes, 500, 0) == 500);
    return 0;
  }
  CHECK(send(ends[0], bytes, 1000, 0) == 1000);
  CHECK(recv(ends[0], bytes, 500, MSG_WAITALL) == 500);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
