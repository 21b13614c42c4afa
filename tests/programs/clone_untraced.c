// CLONE_UNTRACED asks the kernel to keep tracers away from the child. The flag must change nothing for the program, and
// what it passed must be unchanged afterwards, in both processes.
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

static const struct clone_args kConstant = {.flags = CLONE_UNTRACED, .exit_signal = SIGCHLD};

static void work(void) {
  for (int i = 0; i < 5; ++i) CHECK(write(1, "", 0) == 0);
}

int main(void) {
  int status = 0;
  const unsigned long flags = CLONE_UNTRACED | SIGCHLD;
  register unsigned long first __asm__("rdi") = flags;
  register unsigned long second __asm__("rsi") = 0;
  register unsigned long third __asm__("rdx") = 0;
  register unsigned long fourth __asm__("r10") = 0;
  register unsigned long fifth __asm__("r8") = 0;
  long child = SYS_clone;
  __asm__ volatile("syscall" : "+a"(child), "+r"(first) : "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                   : "rcx", "r11", "memory");
  const unsigned long after = first;
  CHECK(child >= 0 && after == flags);
  if (child == 0) {
    work();
    _exit(0);
  }
  CHECK(waitpid((pid_t)child, &status, 0) == child && status == 0);

  struct clone_args arguments = kConstant;
  for (int i = 0; i < 2; ++i) {
    const struct clone_args* passed = i == 0 ? &arguments : &kConstant;
    child = syscall(SYS_clone3, passed, sizeof arguments);
    CHECK(child >= 0 && *(volatile const unsigned long long*)&passed->flags == CLONE_UNTRACED);
    if (child == 0) {
      work();
      _exit(0);
    }
    CHECK(waitpid((pid_t)child, &status, 0) == child && status == 0);
  }
  return 0;
}
