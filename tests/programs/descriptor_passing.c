// An eventfd and a pipe end travel through a Unix socket (SCM_RIGHTS) and are used on the other side.
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "check.h"

union Control {
  char buffer[CMSG_SPACE(2 * sizeof(int))];
  struct cmsghdr align;
};

int main(void) {
  int ends[2], pipe_ends[2], status = 0, fds[2];
  char byte = 'x';
  union Control control;
  memset(&control, 0, sizeof control);
  struct iovec part = {&byte, 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.buffer, .msg_controllen = sizeof control.buffer};
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(recvmsg(ends[1], &message, 0) == 1);
    memcpy(fds, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fds);
    CHECK(eventfd_write(fds[0], 3) == 0 && write(fds[1], &byte, 1) == 1);
    return 0;
  }
  fds[0] = eventfd(0, 0);
  CHECK(fds[0] >= 0 && pipe(pipe_ends) == 0);
  fds[1] = pipe_ends[1];
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fds);
  memcpy(CMSG_DATA(header), fds, sizeof fds);
  CHECK(sendmsg(ends[0], &message, 0) == 1);
  eventfd_t value = 0;
  CHECK(read(pipe_ends[0], &byte, 1) == 1 && eventfd_read(fds[0], &value) == 0 && value == 3);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
