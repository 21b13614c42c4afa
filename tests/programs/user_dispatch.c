// Syscall user dispatch: calls turn into SIGSYS while the selector says so, as in Wine.
#include <linux/prctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "check.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_ON 1
#endif

static volatile char selector;
static volatile int dispatched;

static void on_dispatch(int number, siginfo_t* info, void* context) {
  (void)number, (void)context;
  selector = 0;
  CHECK(info->si_code == 2 /* SYS_USER_DISPATCH */ && info->si_syscall == SYS_flock);
  ++dispatched;
}

int main(void) {
  struct sigaction action = {.sa_sigaction = on_dispatch, .sa_flags = SA_SIGINFO};
  CHECK(sigaction(SIGSYS, &action, NULL) == 0);
  if (prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, 0, 0, &selector) != 0)
    SKIP("no syscall user dispatch here\n");
  for (int i = 0; i < 10; ++i) {
    CHECK(write(1, "", 0) == 0);
    selector = 1;
    syscall(SYS_flock, -1, 0);
    selector = 0;
  }
  CHECK(dispatched == 10);
  return 0;
}
