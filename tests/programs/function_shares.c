// Two functions that compute three parts and one part of the time, without a call between.
#include "check.h"

static volatile unsigned long sum;

__attribute__((noinline)) static void compute(unsigned long turns) {
  for (unsigned long i = 0; i < turns; ++i) sum += i * 3;
}

__attribute__((noinline)) void three_parts(unsigned long length) {
  compute(3 * length);
  sum++;
}

__attribute__((noinline)) void one_part(unsigned long length) {
  compute(length);
  sum++;
}

int main(void) {
  for (int i = 0; i < 900; ++i) {
    const unsigned long length = 100000 + 1800000UL * (unsigned)(i * 37 % 101) / 101;  // in step with no clock
    three_parts(length);
    one_part(length);
  }
  CHECK(sum != 0);
  return 0;
}
