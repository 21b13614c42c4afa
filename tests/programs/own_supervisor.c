// A child whose calls are answered by its parent (seccomp user notification), as container managers do.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

static int listener_for(int call) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  const int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  CHECK(fd >= 0);
  return fd;
}

int main(void) {
  int ready[2], status = 0;
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const int fd = listener_for(SYS_flock);
    CHECK(write(ready[1], &fd, sizeof fd) == sizeof fd);
    for (int i = 0; i < 3; ++i) CHECK(syscall(SYS_flock, -1, i) == 40 + i);
    _exit(0);
  }
  int fd = -1;
  CHECK(read(ready[0], &fd, sizeof fd) == sizeof fd);
  const int pidfd = (int)syscall(SYS_pidfd_open, child, 0);
  CHECK(pidfd >= 0);
  const int listener = (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
  if (listener < 0) {
    kill(child, 9);
    SKIP("pidfd_getfd is not permitted here\n");
  }
  for (int i = 0; i < 3; ++i) {
    struct seccomp_notif question = {0};
    CHECK(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question) == 0);
    struct seccomp_notif_resp reply = {.id = question.id, .val = 40 + (long long)question.data.args[1]};
    CHECK(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply) == 0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
