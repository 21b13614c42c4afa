// 5,000 short processes, up to 50 at a time.
#include <sys/wait.h>

#include "check.h"

enum { kProcesses = 5000, kAtOnce = 50 };

int main(void) {
  int running = 0, status = 0;
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) _exit(i % 3);
    if (++running < kAtOnce) continue;
    CHECK(wait(&status) > 0 && WIFEXITED(status));
    --running;
  }
  for (; running > 0; --running) CHECK(wait(&status) > 0 && WIFEXITED(status));
  CHECK(wait(&status) == -1 && errno == ECHILD);
  return 0;
}
