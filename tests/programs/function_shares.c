// Two functions that compute three parts and one part of the time, without a call between.
#include "check.h"

static volatile unsigned long sum;

__attribute__((noinline)) static void compute(unsigned long turns) {
  for (unsigned long i = 0; i < turns; ++i) sum += i * 3;
}

__attribute__((noinline)) void three_parts(void) {
  compute(3000000);
  sum++;
}

__attribute__((noinline)) void one_part(void) {
  compute(1000000);
  sum++;
}

int main(void) {
  for (int i = 0; i < 300; ++i) {
    three_parts();
    one_part();
  }
  CHECK(sum != 0);
  return 0;
}
