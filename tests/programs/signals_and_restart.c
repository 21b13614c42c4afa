// SIGALRM interrupts a read once with EINTR and once with SA_RESTART; SIGCHLD is handled.
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "check.h"

static volatile sig_atomic_t seen = 0;
static int ends[2];

static void count(int number) {
  (void)number;
  ++seen;
}
static void feed(int number) {
  (void)number;
  ++seen;
  if (write(ends[1], "x", 1) != 1) _exit(1);
}

int main(void) {
  char byte;
  int status = 0;
  const struct itimerval in_10_ms = {.it_value = {.tv_usec = 10000}};
  struct sigaction action = {.sa_handler = count};
  CHECK(pipe(ends) == 0 && sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &in_10_ms, NULL) == 0);
  CHECK(read(ends[0], &byte, 1) == -1 && errno == EINTR && seen == 1);
  action.sa_handler = feed;
  action.sa_flags = SA_RESTART;
  CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &in_10_ms, NULL) == 0);
  CHECK(read(ends[0], &byte, 1) == 1 && seen == 2);
  action.sa_handler = count;
  CHECK(sigaction(SIGCHLD, &action, NULL) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) _exit(0);
  CHECK(waitpid(child, &status, 0) == child && status == 0 && seen == 3);
  return 0;
}
