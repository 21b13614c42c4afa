// A sandbox as servers and decoders make it: a child that allows itself a few calls and dies by any other.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

#define ALLOW(call) \
  BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static void enter_sandbox(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      ALLOW(read), ALLOW(write), ALLOW(futex), ALLOW(rt_sigreturn), ALLOW(exit_group), ALLOW(exit),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static int run(int ends[2][2], int break_out) {
  int status = 0;
  char byte = 0;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    enter_sandbox();
    for (int i = 0; i < 50; ++i) {
      CHECK(read(ends[0][0], &byte, 1) == 1);
      CHECK(write(ends[1][1], &byte, 1) == 1);
    }
    if (break_out) syscall(SYS_getppid);
    _exit(0);
  }
  for (int i = 0; i < 50; ++i) {
    CHECK(write(ends[0][1], &byte, 1) == 1);
    CHECK(read(ends[1][0], &byte, 1) == 1);
  }
  CHECK(waitpid(child, &status, 0) == child);
  return status;
}

int main(void) {
  int ends[2][2];
  CHECK(pipe(ends[0]) == 0 && pipe(ends[1]) == 0);
  CHECK(run(ends, 0) == 0);
  const int status = run(ends, 1);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
  return 0;
}
