// Two processes take turns by a futex in a memfd that one passes to the other over a socket.
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

enum { kTurns = 40 };

static void send_descriptor(int socket, int fd) {
  char control[CMSG_SPACE(sizeof fd)] = {0}, byte = 0;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(header), &fd, sizeof fd);
  CHECK(sendmsg(socket, &message, 0) == 1);
}

static int receive_descriptor(int socket) {
  char control[CMSG_SPACE(sizeof(int))], byte = 0;
  int fd = -1;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  CHECK(recvmsg(socket, &message, 0) == 1);
  memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
  return fd;
}

static void take_turns(int fd, int me) {
  volatile int* turn = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  CHECK(turn != MAP_FAILED);
  for (int i = me; i < kTurns; i += 2) {
    while (*turn != i) syscall(SYS_futex, turn, FUTEX_WAIT, *turn == i ? -1 : *turn, NULL, NULL, 0);
    *turn = i + 1;
    CHECK(syscall(SYS_futex, turn, FUTEX_WAKE, 1, NULL, NULL, 0) >= 0);
  }
}

int main(void) {
  int ends[2], status = 0;
  CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    take_turns(receive_descriptor(ends[1]), 1);
    _exit(0);
  }
  const int fd = memfd_create("turns", 0);
  CHECK(fd >= 0 && ftruncate(fd, 4096) == 0);
  send_descriptor(ends[0], fd);
  take_turns(fd, 0);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
