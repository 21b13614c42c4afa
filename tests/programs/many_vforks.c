// vfork from two threads at once, with children that exit, execute, or fail to.
#include <pthread.h>
#include <sys/wait.h>

#include "check.h"

static void* spawn_many(void* argument) {
  for (volatile int i = 0; i < 40; ++i) {  // vfork returns twice
    int status = 0;
    const pid_t child = vfork();
    CHECK(child >= 0);
    if (child == 0) {
      if (i % 4 == 1) execl("/bin/true", "true", (char*)NULL);
      if (i % 4 == 2) execl("/no/such/program", "none", (char*)NULL);
      _exit(i % 4 == 1 ? 99 : 0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
  }
  return argument;
}

int main(void) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, spawn_many, NULL) == 0);
  spawn_many(NULL);
  CHECK(pthread_join(thread, NULL) == 0);
  return 0;
}
