// Priority-inheriting futexes, called directly: every lock and unlock is a call, one of them waits, one times out.
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

static uint32_t lock_word;
static volatile int inside;

static long futex(int operation, const struct timespec* timeout) {
  return syscall(SYS_futex, &lock_word, operation, 0, timeout, NULL, 0);
}

static void* lock_often(void* argument) {
  for (int i = 0; i < 20; ++i) {
    CHECK(futex(FUTEX_LOCK_PI_PRIVATE, NULL) == 0);
    CHECK(++inside == 1);
    if (i == 0) usleep(5000);
    --inside;
    CHECK(futex(FUTEX_UNLOCK_PI_PRIVATE, NULL) == 0);
  }
  return argument;
}

static void* give_up_soon(void* argument) {
  struct timespec until;
  CHECK(clock_gettime(CLOCK_REALTIME, &until) == 0);
  until.tv_nsec += 3000000;
  if (until.tv_nsec >= 1000000000) ++until.tv_sec, until.tv_nsec -= 1000000000;
  CHECK(futex(FUTEX_LOCK_PI_PRIVATE, &until) == -1 && errno == ETIMEDOUT);
  return argument;
}

int main(void) {
  pthread_t threads[3];
  for (int i = 0; i < 3; ++i) CHECK(pthread_create(&threads[i], NULL, lock_often, NULL) == 0);
  for (int i = 0; i < 3; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  CHECK(futex(FUTEX_LOCK_PI_PRIVATE, NULL) == 0);
  CHECK(pthread_create(&threads[0], NULL, give_up_soon, NULL) == 0);
  CHECK(pthread_join(threads[0], NULL) == 0);
  CHECK(futex(FUTEX_UNLOCK_PI_PRIVATE, NULL) == 0);
  return 0;
}
