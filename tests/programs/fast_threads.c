// Threads that make many calls: born and dead quickly, cancelled while blocked, forking, executing and exiting the
// process while others are at it.
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

static int null_fd;
static volatile int cleaned;

static void calls(int n) {
  char byte = 0;
  for (int i = 0; i < n; ++i) CHECK(write(null_fd, &byte, 1) == 1);
}

static void* short_life(void* unused) {
  (void)unused;
  calls(60);
  return NULL;
}

static void* busy_forever(void* unused) {
  (void)unused;
  for (;;) calls(1);
  return NULL;
}

static void on_cancel(void* unused) {
  (void)unused;
  calls(5);
  cleaned = 1;
}

static void* blocked_forever(void* descriptor) {
  char byte;
  pthread_cleanup_push(on_cancel, NULL);
  for (int i = 0; i < 50; ++i) calls(1);
  while (read(*(int*)descriptor, &byte, 1) == 1) {
  }
  pthread_cleanup_pop(0);
  return NULL;
}

static void* exits_process(void* unused) {
  (void)unused;
  calls(100);
  _exit(7);
}

static void* executes(void* unused) {
  (void)unused;
  calls(100);
  execl("/bin/true", "true", (char*)NULL);
  _exit(1);
}

static pthread_t start(void* (*run)(void*), void* argument) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, run, argument) == 0);
  return thread;
}

static int status_of(pid_t child) {
  int status;
  CHECK(waitpid(child, &status, 0) == child);
  return status;
}

int main(void) {
  CHECK((null_fd = open("/dev/null", O_WRONLY)) >= 0);
  for (int round = 0; round < 25; ++round) {
    pthread_t threads[4];
    for (int i = 0; i < 4; ++i) threads[i] = start(short_life, NULL);
    for (int i = 0; i < 4; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  }

  int ends[2];
  CHECK(pipe(ends) == 0);
  for (int round = 0; round < 10; ++round) {
    cleaned = 0;
    const pthread_t blocked = start(blocked_forever, &ends[0]);
    for (int i = 0; i < 40; ++i) CHECK(write(ends[1], "x", 1) == 1);
    usleep(1000);
    CHECK(pthread_cancel(blocked) == 0);
    CHECK(pthread_join(blocked, NULL) == 0 && cleaned);
  }

  for (int round = 0; round < 10; ++round) {
    start(busy_forever, NULL);
    const pid_t forked = fork();  // the child has this thread only
    CHECK(forked >= 0);
    if (forked == 0) {
      calls(200);
      const pthread_t other = start(short_life, NULL);
      calls(200);
      CHECK(pthread_join(other, NULL) == 0);
      start(busy_forever, NULL);
      start(round % 2 == 0 ? exits_process : executes, NULL);
      for (;;) calls(1);
    }
    const int status = status_of(forked);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == (round % 2 == 0 ? 7 : 0));
  }
  return 0;  // with ten threads still at it
}
