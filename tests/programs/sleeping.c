// nanosleep of 10 ms and an absolute clock_nanosleep of 10 ms.
#include <time.h>

#include "check.h"

int main(void) {
  struct timespec time = {.tv_nsec = 10000000};
  CHECK(nanosleep(&time, NULL) == 0);
  CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
  time.tv_nsec += 10000000;
  if (time.tv_nsec >= 1000000000) time.tv_nsec -= 1000000000, ++time.tv_sec;
  CHECK(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == 0);
  return 0;
}
