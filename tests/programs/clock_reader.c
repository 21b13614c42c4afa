// Reads the clock for a quarter of a second of CPU time: on most machines that is code of the vDSO.
#include <time.h>

#include "check.h"

static double seconds(clockid_t clock) {
  struct timespec now;
  CHECK(clock_gettime(clock, &now) == 0);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

__attribute__((noinline)) void read_clock(void) {
  for (int i = 0; i < 10000; ++i) seconds(CLOCK_MONOTONIC);
}

int main(void) {
  const double begin = seconds(CLOCK_PROCESS_CPUTIME_ID);
  while (seconds(CLOCK_PROCESS_CPUTIME_ID) < begin + 0.25) read_clock();
  return 0;
}
