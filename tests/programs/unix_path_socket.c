// A listening Unix socket with a path: connect, accept, 10 bytes each way.
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "check.h"

int main(void) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  char bytes[10] = {0};
  int status = 0;
  snprintf(address.sun_path, sizeof address.sun_path, "/tmp/simrec-test-%d.sock", getpid());
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  CHECK(bind(listener, (struct sockaddr*)&address, sizeof address) == 0 && listen(listener, 1) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int client = socket(AF_UNIX, SOCK_STREAM, 0);
    CHECK(connect(client, (struct sockaddr*)&address, sizeof address) == 0);
    CHECK(write(client, bytes, 10) == 10 && read(client, bytes, 10) == 10);
    return 0;
  }
  const int server = accept(listener, NULL, NULL);
  CHECK(server >= 0 && read(server, bytes, 10) == 10 && write(server, bytes, 10) == 10);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  CHECK(unlink(address.sun_path) == 0);
  return 0;
}
