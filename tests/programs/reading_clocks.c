// Reads clocks the way programs do, most of them without entering the kernel: times never go back.
#include <sys/time.h>
#include <time.h>

#include "check.h"

enum { kReadings = 1000, kDates = 10 };

int main(void) {
  struct timespec last = {0, 0};
  for (int i = 0; i < kReadings; ++i) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
    CHECK(now.tv_sec > last.tv_sec || (now.tv_sec == last.tv_sec && now.tv_nsec >= last.tv_nsec));
    last = now;
  }
  for (int i = 0; i < kDates; ++i) {
    struct timeval date;
    CHECK(gettimeofday(&date, NULL) == 0);
    CHECK(date.tv_sec > 1000000000);
    CHECK(time(NULL) >= date.tv_sec - 1);
  }
  return 0;
}
