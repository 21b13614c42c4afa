// Bench: bursts of known length, each ended by a write of 1 byte to /dev/null; what they really took goes to a file.
//   known_bursts FILE REPETITIONS [CORE]   bursts; with CORE, pinned to it
//   known_bursts --spin CORE               a neighbour: computes on that core until it is killed
// A burst is over when the time-stamp counter has moved on far enough while this thread was running: a step of more than
// kGap between two looks is an interrupt or another thread, and does not count. What passes between the last look before
// a call and the call, and between its return and the first look, belongs to the burst, too: it is measured beforehand
// with a function in the call's place that does nothing. FILE gets, for each burst in order:
// its nominal length, what it took and how much time was taken from it meanwhile, ns; 0 0 0 for those that only warm up.
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

enum { kWarmUp = 2000, kGapNs = 1000 };
static const long kLengthsNs[] = {100, 300, 1000, 3000, 10000, 30000, 100000, 300000, 1000000};
enum { kLengths = sizeof kLengthsNs / sizeof kLengthsNs[0] };

struct Burst {
  uint64_t ran, lost;  // ticks
};

typedef ssize_t (*Call)(int, const void*, size_t);

static ssize_t __attribute__((noinline)) no_call(int fd, const void* data, size_t bytes) {
  (void)fd, (void)data;
  __asm__ volatile("");
  return (ssize_t)bytes;
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double ticks_per_ns(void) {
  const double begin_ns = now_ns();
  const uint64_t begin = __rdtsc();
  while (now_ns() - begin_ns < 50e6) {
  }
  return (double)(__rdtsc() - begin) / (now_ns() - begin_ns);
}

static int pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return sched_setaffinity(0, sizeof set, &set);
}

/// Computes for `length` ticks from *clock on, which moves to its end.
static struct Burst burst(uint64_t* clock, uint64_t length, uint64_t gap) {
  struct Burst result = {0, 0};
  while (result.ran < length) {
    const uint64_t now = __rdtsc(), step = now - *clock;
    *(step > gap ? &result.lost : &result.ran) += step;
    *clock = now;
  }
  return result;
}

static int by_size(const void* a, const void* b) {
  const uint64_t x = *(const uint64_t*)a, y = *(const uint64_t*)b;
  return (x > y) - (x < y);
}

/// Ticks from the end of one burst to the begin of the next when the call takes none: the median.
static uint64_t around_a_call(volatile Call* call, struct Burst* bursts, uint64_t length, uint64_t gap) {
  enum { kTurns = 1001 };
  static uint64_t between[kTurns];
  uint64_t end = __rdtsc();
  for (int i = 0; i < kTurns; ++i) {
    uint64_t clock = __rdtsc();
    between[i] = clock - end;
    bursts[i] = burst(&clock, length, gap);
    end = clock;
    if ((*call)(-1, "x", 1) != 1) return 0;
  }
  qsort(between, kTurns, sizeof between[0], by_size);
  return between[kTurns / 2];
}

int main(int argc, char** argv) {
  if (argc > 2 && strcmp(argv[1], "--spin") == 0) {
    if (pin(atoi(argv[2])) != 0) return 1;
    for (;;) __asm__ volatile("");
  }
  if (argc < 3) return 2;
  const size_t repetitions = (size_t)atol(argv[2]), count = kWarmUp + repetitions * kLengths;
  if (argc > 3 && pin(atoi(argv[3])) != 0) return 1;
  const int null_device = open("/dev/null", O_WRONLY);
  struct Burst* bursts = calloc(count, sizeof *bursts);
  if (null_device < 0 || bursts == NULL) return 1;
  memset(bursts, 0xff, count * sizeof *bursts);  // no page fault later
  const double rate = ticks_per_ns();
  const uint64_t gap = (uint64_t)(kGapNs * rate);
  volatile Call call = no_call;
  const uint64_t around = around_a_call(&call, bursts, (uint64_t)(1000 * rate), gap);
  call = write;
  for (size_t i = 0; i < count; ++i) {
    uint64_t clock = __rdtsc();
    const long length = i < kWarmUp ? 300 : kLengthsNs[(i - kWarmUp) % kLengths];
    bursts[i] = burst(&clock, (uint64_t)((double)length * rate), gap);
    if (call(null_device, "x", 1) != 1) return 1;
  }
  FILE* file = fopen(argv[1], "w");
  if (file == NULL) return 1;
  for (size_t i = 0; i < count; ++i) {
    const long length = i < kWarmUp ? 0 : kLengthsNs[(i - kWarmUp) % kLengths];
    const int known = i >= kWarmUp;
    fprintf(file, "%ld %.1f %.1f\n", length, known ? (double)(bursts[i].ran + around) / rate : 0, known ? (double)bursts[i].lost / rate : 0);
  }
  return fclose(file) == 0 ? 0 : 1;
}
