// Processes killed from outside while their threads create threads and processes: 30 times.
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "check.h"

static void* nothing(void* argument) { return argument; }

static void* create_threads(void* argument) {
  pthread_t thread;
  for (;;)
    if (pthread_create(&thread, NULL, nothing, NULL) == 0) pthread_detach(thread);
  return argument;
}

int main(void) {
  CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0);
  for (int i = 0; i < 30; ++i) {
    int status = 0;
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      pthread_t thread;
      CHECK(pthread_create(&thread, NULL, create_threads, NULL) == 0);
      for (;;) {
        const pid_t grandchild = fork();
        if (grandchild == 0) _exit(0);
        waitpid(grandchild, NULL, 0);
      }
    }
    usleep((useconds_t)(500 + 200 * i));
    CHECK(kill(child, SIGKILL) == 0);
    CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    while (wait(&status) > 0) continue;  // its orphans
  }
  return 0;
}
