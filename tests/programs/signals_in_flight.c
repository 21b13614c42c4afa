// Signals that arrive while a thread makes one call after the other, with calls in their handler too: every one is
// delivered, none loses a call. The counts of calls do not depend on timing: real-time signals are queued, nothing
// blocks, and what is left waits by looking at memory.
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>

#include "check.h"

enum { kSignals = 1000, kWrites = 20000 };

static int null_device;
static atomic_int handled;
static pid_t target;

static void handler(int signal) {
  (void)signal;
  CHECK(write(null_device, "yy", 2) == 2);
  atomic_fetch_add(&handled, 1);
}

static void* send_all(void* unused) {
  (void)unused;
  siginfo_t info;
  memset(&info, 0, sizeof info);
  info.si_code = SI_QUEUE;
  for (int i = 0; i < kSignals; ++i) {
    CHECK(syscall(SYS_rt_tgsigqueueinfo, getpid(), target, SIGRTMIN, &info) == 0);
    while (atomic_load(&handled) < i - 100) {  // well below any limit on queued signals
    }
  }
  return NULL;
}

int main(void) {
  null_device = open("/dev/null", O_WRONLY);
  CHECK(null_device >= 0);
  target = (pid_t)syscall(SYS_gettid);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  CHECK(sigaction(SIGRTMIN, &action, NULL) == 0);
  pthread_t sender;
  CHECK(pthread_create(&sender, NULL, send_all, NULL) == 0);
  for (int i = 0; i < kWrites; ++i) CHECK(write(null_device, "x", 1) == 1);
  while (atomic_load(&handled) < kSignals) {
  }
  CHECK(pthread_join(sender, NULL) == 0);
  return 0;
}
