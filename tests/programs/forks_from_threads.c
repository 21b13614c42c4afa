// Eight threads that fork, hand bytes through pipes and collect their children, all at once. SIGCHLD is blocked: it would
// interrupt calls of other threads, which the kernel then restarts, at random.
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "check.h"

enum { kThreads = 8, kForks = 12, kBytes = 20 };

static void* fork_and_talk(void* unused) {
  (void)unused;
  for (int i = 0; i < kForks; ++i) {
    int ends[2];
    char byte = 0;
    CHECK(pipe(ends) == 0);
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      for (int j = 0; j < kBytes; ++j) CHECK(write(ends[1], "z", 1) == 1);
      _exit(7);
    }
    for (int j = 0; j < kBytes; ++j) CHECK(read(ends[0], &byte, 1) == 1 && byte == 'z');
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
    CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[kThreads];
  sigset_t children;
  CHECK(sigemptyset(&children) == 0 && sigaddset(&children, SIGCHLD) == 0);
  CHECK(pthread_sigmask(SIG_BLOCK, &children, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, fork_and_talk, NULL) == 0);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  return 0;
}
