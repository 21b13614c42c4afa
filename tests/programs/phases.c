// Four threads that meet after every phase, in which one of them computes and the others have nothing to do: by a
// barrier, a condition variable, or as the workers of one that forks work and joins it; and a thread that looks at the
// time until it is told to stop. An argument chooses one of them: barrier, condition, yielding, pool, workers, ticker.
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

enum { kThreads = 4, kPhases = 60 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int done[kPhases];  // how many threads have done that phase

static void compute(int phase, int me) {
  volatile unsigned x = 1;
  if (phase % kThreads == me)
    for (int i = 0; i < 500000; ++i) x = x * 1664525u + 1013904223u;
}

static void phase_done(int phase) { __atomic_add_fetch(&done[phase], 1, __ATOMIC_SEQ_CST); }

// --- All alike.

static pthread_barrier_t barrier;

static void* meet_at_barrier(void* me) {
  for (int phase = 0; phase < kPhases; ++phase) {
    compute(phase, *(int*)me);
    phase_done(phase);
    pthread_barrier_wait(&barrier);
    CHECK(done[phase] == kThreads);
  }
  return NULL;
}

static pthread_cond_t all_there = PTHREAD_COND_INITIALIZER;
static int there, meeting;

static void* meet_at_condition(void* me) {
  for (int phase = 0; phase < kPhases; ++phase) {
    compute(phase, *(int*)me);
    phase_done(phase);
    pthread_mutex_lock(&mutex);
    const int mine = meeting;
    if (++there == kThreads) {
      there = 0;
      ++meeting;
      pthread_cond_broadcast(&all_there);
    }
    while (mine == meeting) pthread_cond_wait(&all_there, &mutex);
    pthread_mutex_unlock(&mutex);
    CHECK(done[phase] == kThreads);
  }
  return NULL;
}

// As C++'s std::barrier does it: a few yields before a thread sleeps.
static int arrived, word;

static void* meet_yielding(void* me) {
  for (int phase = 0; phase < kPhases; ++phase) {
    compute(phase, *(int*)me);
    phase_done(phase);
    if (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) == kThreads) {
      arrived = 0;
      __atomic_store_n(&word, phase + 1, __ATOMIC_SEQ_CST);
      syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, kThreads, NULL, NULL, 0);
    }
    for (int i = 0; i < 8 && __atomic_load_n(&word, __ATOMIC_SEQ_CST) == phase; ++i) sched_yield();
    while (__atomic_load_n(&word, __ATOMIC_SEQ_CST) == phase)
      syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, phase, NULL, NULL, 0);
    CHECK(done[phase] == kThreads);
  }
  return NULL;
}

static void run(void* (*code)(void*)) {
  pthread_t threads[kThreads];
  int numbers[kThreads];
  for (int i = 0; i < kThreads; ++i) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, code, &numbers[i]) == 0);
  }
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
}

// --- One has work for the others: all of them are told together, or each by a condition variable of its own.

static pthread_cond_t finished = PTHREAD_COND_INITIALIZER, started[kThreads];
static int left, own_conditions, phase_now = -1;

static void* work_for_another(void* me) {
  pthread_cond_t* const mine = &started[own_conditions ? *(int*)me : 0];
  for (int phase = 0; phase < kPhases; ++phase) {
    pthread_mutex_lock(&mutex);
    while (phase_now < phase) pthread_cond_wait(mine, &mutex);
    pthread_mutex_unlock(&mutex);
    compute(phase, *(int*)me);
    phase_done(phase);
    pthread_mutex_lock(&mutex);
    if (--left == 0) pthread_cond_signal(&finished);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

static void* give_work(void* unused) {
  for (int phase = 0; phase < kPhases; ++phase) {
    pthread_mutex_lock(&mutex);
    left = kThreads;
    phase_now = phase;
    for (int i = 0; i < (own_conditions ? kThreads : 1); ++i) pthread_cond_broadcast(&started[i]);
    while (left > 0) pthread_cond_wait(&finished, &mutex);
    pthread_mutex_unlock(&mutex);
    CHECK(done[phase] == kThreads);
  }
  return unused;
}

static void pool(int conditions) {
  own_conditions = conditions;
  phase_now = -1;
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_cond_init(&started[i], NULL) == 0);
  pthread_t giver;
  CHECK(pthread_create(&giver, NULL, give_work, NULL) == 0);
  run(work_for_another);
  CHECK(pthread_join(giver, NULL) == 0);
}

// --- A tick of 10 ms until it is told to stop.

static pthread_cond_t stop = PTHREAD_COND_INITIALIZER;
static int stopped, ticks;

static void* tick(void* unused) {
  pthread_mutex_lock(&mutex);
  while (!stopped) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 10000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    if (pthread_cond_timedwait(&stop, &mutex, &until) == ETIMEDOUT) ++ticks;
  }
  pthread_mutex_unlock(&mutex);
  return unused;
}

static void ticker(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, tick, NULL) == 0);
  for (int i = 0; i < 120; ++i) compute(0, 0);
  pthread_mutex_lock(&mutex);
  stopped = 1;
  pthread_cond_signal(&stop);
  pthread_mutex_unlock(&mutex);
  CHECK(pthread_join(thread, NULL) == 0);
  CHECK(ticks > 0);
}

static int chosen(int argc, char** argv, const char* name) {
  memset(done, 0, sizeof done);
  return argc < 2 || strcmp(argv[1], name) == 0;
}

int main(int argc, char** argv) {
  CHECK(pthread_barrier_init(&barrier, NULL, kThreads) == 0);
  if (chosen(argc, argv, "barrier")) run(meet_at_barrier);
  if (chosen(argc, argv, "condition")) run(meet_at_condition);
  if (chosen(argc, argv, "yielding")) run(meet_yielding);
  if (chosen(argc, argv, "pool")) pool(0);
  if (chosen(argc, argv, "workers")) pool(1);
  if (chosen(argc, argv, "ticker")) ticker();
  return 0;
}
