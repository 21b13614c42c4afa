// Four threads that compute for milliseconds, with a lock and without, on one core, so that they are switched off it
// everywhere, also between two instructions of whoever measures them. With the argument "print" it says in the end how
// much CPU time the process had, in ns.
#include <pthread.h>
#include <sched.h>
#include <time.h>

#include "check.h"

enum { kThreads = 4, kRounds = 10 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long rounds;

static void compute(int steps) {
  volatile unsigned x = 1;
  for (int i = 0; i < steps; ++i) x = x * 1664525u + 1013904223u;
}

static void* work(void* unused) {
  for (int i = 0; i < kRounds; ++i) {
    compute(4000000);
    pthread_mutex_lock(&mutex);
    compute(4000000);
    ++rounds;
    pthread_mutex_unlock(&mutex);
  }
  return unused;
}

int main(int argc, char** argv) {
  cpu_set_t cores;
  CHECK(sched_getaffinity(0, sizeof cores, &cores) == 0);
  int first = 0;
  while (!CPU_ISSET(first, &cores)) ++first;
  CPU_ZERO(&cores);
  CPU_SET(first, &cores);
  CHECK(sched_setaffinity(0, sizeof cores, &cores) == 0);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(rounds == kThreads * kRounds);
  struct timespec used;
  CHECK(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0);
  if (argc > 1 && strcmp(argv[1], "print") == 0) printf("%lld\n", used.tv_sec * 1000000000LL + used.tv_nsec);
  return 0;
}
