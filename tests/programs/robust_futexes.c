// Robust mutexes whose owners die: a thread, and a process that shares the mutex, with somebody waiting.
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "check.h"

static pthread_mutex_t* robust_mutex(void) {
  pthread_mutexattr_t attributes;
  pthread_mutex_t* mutex = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  CHECK(mutex != MAP_FAILED);
  CHECK(pthread_mutexattr_init(&attributes) == 0);
  CHECK(pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0);
  CHECK(pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0);
  CHECK(pthread_mutex_init(mutex, &attributes) == 0);
  return mutex;
}

static int held[2];

static void hold_and_die(pthread_mutex_t* mutex) {
  CHECK(pthread_mutex_lock(mutex) == 0);
  CHECK(write(held[1], "", 1) == 1);
  usleep(30000);
}

static void* thread_dies(void* mutex) {
  hold_and_die(mutex);
  return NULL;
}

static void inherit(pthread_mutex_t* mutex) {
  char byte;
  CHECK(read(held[0], &byte, 1) == 1);
  CHECK(pthread_mutex_lock(mutex) == EOWNERDEAD);
  CHECK(pthread_mutex_consistent(mutex) == 0);
  CHECK(pthread_mutex_unlock(mutex) == 0);
}

int main(void) {
  pthread_mutex_t* mutex = robust_mutex();
  pthread_t thread;
  int status = 0;
  CHECK(pipe(held) == 0);
  CHECK(pthread_create(&thread, NULL, thread_dies, mutex) == 0);
  inherit(mutex);
  CHECK(pthread_join(thread, NULL) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    hold_and_die(mutex);
    _exit(0);
  }
  inherit(mutex);
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
