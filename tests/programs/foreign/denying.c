// Runs a program under a filter that answers the named calls with EPERM, as container managers do:
// denying ptrace,seccomp,process_vm_readv,kcmp,pidfd_getfd -- PROGRAM ARGUMENTS...
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "../check.h"

static const struct {
  const char* name;
  unsigned int number;
} kCalls[] = {{"ptrace", SYS_ptrace},
              {"seccomp", SYS_seccomp},
              {"process_vm_readv", SYS_process_vm_readv},
              {"kcmp", SYS_kcmp},
              {"pidfd_open", SYS_pidfd_open},
              {"pidfd_getfd", SYS_pidfd_getfd}};

static void deny(unsigned int number) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof *code, code};
  CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static unsigned int number_of(const char* name) {
  for (size_t i = 0; i < sizeof kCalls / sizeof *kCalls; ++i)
    if (strcmp(kCalls[i].name, name) == 0) return kCalls[i].number;
  fprintf(stderr, "denying: unknown call '%s'\n", name);
  exit(2);
}

int main(int count, char** arguments) {
  CHECK(count > 3 && strcmp(arguments[2], "--") == 0);
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  for (char* name = strtok(arguments[1], ","); name != NULL; name = strtok(NULL, ",")) deny(number_of(name));
  execvp(arguments[3], arguments + 3);
  perror(arguments[3]);
  return 127;
}
