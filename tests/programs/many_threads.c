// 200 threads, 20 at a time, that end at once.
#include <pthread.h>

#include "check.h"

static void* nothing(void* argument) { return argument; }

int main(void) {
  for (int round = 0; round < 10; ++round) {
    pthread_t threads[20];
    for (int i = 0; i < 20; ++i) CHECK(pthread_create(&threads[i], NULL, nothing, NULL) == 0);
    for (int i = 0; i < 20; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  }
  return 0;
}
