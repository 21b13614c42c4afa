// futex_waitv: a thread waits for any of three words, the other wakes the last; then one that times out.
#include <linux/futex.h>
#include <pthread.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

struct waiter {
  uint64_t value, address;
  uint32_t flags, reserved;
};
enum { kSize32 = 2 };

static uint32_t words[3];

static long wait_for_any(const struct timespec* until) {
  struct waiter waiters[3];
  for (int i = 0; i < 3; ++i) waiters[i] = (struct waiter){0, (uintptr_t)&words[i], kSize32 | FUTEX_PRIVATE_FLAG, 0};
  return syscall(SYS_futex_waitv, waiters, 3, 0, until, CLOCK_MONOTONIC);
}

static void* wait_once(void* argument) {
  CHECK(wait_for_any(NULL) == 2);
  return argument;
}

int main(void) {
  pthread_t thread;
  struct timespec until;
  CHECK(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
  until.tv_nsec += 2000000;
  if (until.tv_nsec >= 1000000000) ++until.tv_sec, until.tv_nsec -= 1000000000;
  const long expired = wait_for_any(&until);
  if (expired == -1 && errno == ENOSYS) SKIP("no futex_waitv here\n");
  CHECK(expired == -1 && errno == ETIMEDOUT);
  CHECK(pthread_create(&thread, NULL, wait_once, NULL) == 0);
  while (syscall(SYS_futex, &words[2], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0) == 0) usleep(1000);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
