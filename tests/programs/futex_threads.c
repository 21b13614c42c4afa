// A mutex, a condition variable and a join between two threads.
#include <pthread.h>

#include "check.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static int turn = 0;

static void* play(void* me) {
  for (int i = 0; i < 50; ++i) {
    pthread_mutex_lock(&mutex);
    while (turn != *(int*)me) pthread_cond_wait(&condition, &mutex);
    turn = 1 - turn;
    pthread_cond_broadcast(&condition);
    pthread_mutex_unlock(&mutex);
  }
  return NULL;
}

int main(void) {
  int first = 0, second = 1;
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, play, &second) == 0);
  play(&first);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
