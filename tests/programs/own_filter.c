// A program with seccomp filters of its own: calls that are allowed, answered, trapped, killed, or left to a tracer
// that is not there.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

static volatile int trapped;

static void on_trap(int number, siginfo_t* info, void* context) {
  (void)number, (void)context;
  CHECK(info->si_code == 1 /* SYS_SECCOMP */ && info->si_syscall == SYS_flock);
  ++trapped;
}

static void answer(int call, unsigned int action) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 2),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, action),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

/// Status of a child that filters `call` and makes it; it ends with 3 when it comes back.
static int child_status(int call, unsigned int action) {
  int status = 0;
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    answer(call, action);
    CHECK(write(1, "", 0) == 0);
    syscall(call, 0);
    _exit(3);
  }
  CHECK(waitpid(child, &status, 0) == child);
  return status;
}

int main(void) {
  struct sigaction trap = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(sigaction(SIGSYS, &trap, NULL) == 0);
  answer(SYS_semop, SECCOMP_RET_ERRNO | EXDEV);
  answer(SYS_flock, SECCOMP_RET_TRAP);
  answer(SYS_msgsnd, SECCOMP_RET_TRACE | 17);
  answer(SYS_tee, SECCOMP_RET_TRACE);
  answer(SYS_getppid, SECCOMP_RET_TRACE | 1);
  for (int i = 0; i < 5; ++i) {
    CHECK(syscall(SYS_semop, -1, 0, 0) == -1 && errno == EXDEV);
    syscall(SYS_flock, -1, 0);
    CHECK(syscall(SYS_msgsnd, -1, 0, 0, 0) == -1 && errno == ENOSYS);
    CHECK(syscall(SYS_tee, -1, -1, 0, 0) == -1 && errno == ENOSYS);
    CHECK(syscall(SYS_getppid) == -1 && errno == ENOSYS);
    CHECK(write(1, "", 0) == 0);
  }
  CHECK(trapped == 5);
  int status = child_status(SYS_alarm, SECCOMP_RET_KILL_PROCESS);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
  status = child_status(SYS_alarm, SECCOMP_RET_KILL_THREAD);
  CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
  status = child_status(SYS_alarm, SECCOMP_RET_LOG);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 3);
  return 0;
}
