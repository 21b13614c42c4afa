// exit_group from a thread that is not the first, while others run, wait, and are being created: 30 times.
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "check.h"

static void* nothing(void* argument) { return argument; }

static void* create_more(void* argument) {
  pthread_t thread;
  for (;;)
    if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_detach(thread);
  return argument;
}

static void* make_calls(void* argument) {
  for (;;) syscall(SYS_sched_yield);
  return argument;
}

static void* leave(void* code) {
  usleep(1000);
  syscall(SYS_exit_group, *(const int*)code);
  return code;
}

int main(void) {
  for (int i = 0; i < 30; ++i) {
    int status = 0, code = i;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      pthread_t thread;
      CHECK(pthread_create(&thread, NULL, make_calls, NULL) == 0);
      CHECK(pthread_create(&thread, NULL, create_more, NULL) == 0);
      CHECK(pthread_create(&thread, NULL, leave, &code) == 0);
      for (;;) pause();
    }
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == i);
  }
  return 0;
}
