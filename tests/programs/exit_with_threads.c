// exit_group while two threads are blocked in a read, and a leader that leaves before its thread in the child.
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

static int ends[2], ready[2];

static void* block(void* argument) {
  char byte = 0;
  CHECK(write(ready[1], &byte, 1) == 1);
  if (read(ends[0], &byte, 1) < 0) return NULL;
  return argument;
}
static void* leave_later(void* argument) {
  usleep(20000);
  _exit(argument == NULL ? 0 : 1);
}

int main(void) {
  pthread_t thread;
  int status = 0;
  CHECK(pipe(ends) == 0 && pipe(ready) == 0);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    CHECK(pthread_create(&thread, NULL, leave_later, NULL) == 0);
    pthread_exit(NULL);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  for (int i = 0; i < 2; ++i) {
    char byte;
    CHECK(pthread_create(&thread, NULL, block, NULL) == 0 && read(ready[0], &byte, 1) == 1);
  }
  usleep(100000);
  return 0;
}
