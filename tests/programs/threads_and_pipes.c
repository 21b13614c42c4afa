// A thread and a child take turns over pipes; built as a dynamic, a static and a static position-independent program.
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

enum { kTurns = 25 };
static int there[2], back[2];

static void echo(void) {
  char byte;
  for (int i = 0; i < kTurns; ++i) {
    CHECK(read(there[0], &byte, 1) == 1);
    CHECK(write(back[1], &byte, 1) == 1);
  }
}

static void* echo_thread(void* argument) {
  echo();
  return argument;
}

static void ask(void) {
  char byte = 0;
  for (int i = 0; i < kTurns; ++i) {
    CHECK(write(there[1], &byte, 1) == 1);
    CHECK(read(back[0], &byte, 1) == 1);
  }
}

int main(void) {
  pthread_t thread;
  int status = 0;
  CHECK(pipe(there) == 0 && pipe(back) == 0);
  CHECK(pthread_create(&thread, NULL, echo_thread, NULL) == 0);
  ask();
  CHECK(pthread_join(thread, NULL) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    echo();
    _exit(0);
  }
  ask();
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  return 0;
}
