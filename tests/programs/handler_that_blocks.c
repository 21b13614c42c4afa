// A signal interrupts a function that computes; its handler blocks in a call. Once on the thread's stack, once on
// an alternate one.
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "check.h"

static volatile sig_atomic_t handled;
static volatile unsigned long sum;

__attribute__((noinline)) void blocking_part(void) {
  CHECK(poll(NULL, 0, 3) == 0);
  handled = handled + 1;
}

void on_alarm(int number) {
  blocking_part();
  sum = sum + (unsigned long)number;
}

__attribute__((noinline)) void interrupted_part(void) {
  const int before = handled;
  const struct itimerval soon = {.it_value = {.tv_usec = 40000}};
  CHECK(setitimer(ITIMER_REAL, &soon, NULL) == 0);
  while (handled == before) sum = sum + 1;
}

int main(void) {
  struct sigaction action = {.sa_handler = on_alarm};
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  interrupted_part();
  const stack_t other = {.ss_sp = malloc(65536), .ss_size = 65536};
  CHECK(sigaltstack(&other, NULL) == 0);
  action.sa_flags = SA_ONSTACK;
  CHECK(sigaction(SIGALRM, &action, NULL) == 0);
  interrupted_part();
  CHECK(handled == 2);
  return 0;
}
