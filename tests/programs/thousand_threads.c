// 1,000 threads alive at once.
#include <limits.h>
#include <pthread.h>

#include "check.h"

enum { kThreads = 1000 };
static pthread_barrier_t all_there;

static void* meet(void* argument) {
  pthread_barrier_wait(&all_there);
  CHECK(write(1, "", 0) == 0);
  return argument;
}

int main(void) {
  static pthread_t threads[kThreads];
  pthread_attr_t small;
  CHECK(pthread_attr_init(&small) == 0 && pthread_attr_setstacksize(&small, 65536) == 0);
  CHECK(pthread_barrier_init(&all_there, NULL, kThreads + 1) == 0);
  for (int i = 0; i < kThreads; ++i)
    if ((errno = pthread_create(&threads[i], &small, meet, NULL)) != 0) SKIP("thread %d: %s\n", i, strerror(errno));
  pthread_barrier_wait(&all_there);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
