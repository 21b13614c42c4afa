// A thread that is not the first one executes a new program: it takes over the process's number.
#include <pthread.h>

#include "check.h"

static void* wait_forever(void* unused) {
  for (;;) pause();
  return unused;
}

static void* execute(void* unused) {
  (void)unused;
  char* argv[] = {"sh", "-c", "exit 0", NULL};
  execv("/bin/sh", argv);
  _exit(1);
}

int main(void) {
  pthread_t threads[2];
  CHECK(pthread_create(&threads[0], NULL, wait_forever, NULL) == 0);
  CHECK(pthread_create(&threads[1], NULL, execute, NULL) == 0);
  for (;;) pause();
}
