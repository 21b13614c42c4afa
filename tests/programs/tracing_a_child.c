// A debugger's calls: a child that asks to be traced, and a child that is seized. Who is traced already gets EPERM.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "check.h"

static int is_traced(void) {
  char line[256];
  int tracer = 0;
  FILE* status = fopen("/proc/self/status", "r");
  CHECK(status != NULL);
  while (fgets(line, sizeof line, status) != NULL) sscanf(line, "TracerPid: %d", &tracer);
  fclose(status);
  return tracer != 0;
}

int main(void) {
  int status = 0;
  const int traced = is_traced();
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    const long result = ptrace(PTRACE_TRACEME, 0, 0, 0);
    CHECK(traced ? result == -1 && errno == EPERM : result == 0);
    _exit(0);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);

  child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    for (;;) pause();
  }
  const long result = ptrace(PTRACE_SEIZE, child, 0, 0);
  CHECK(traced ? result == -1 && errno == EPERM : result == 0);
  CHECK(kill(child, SIGKILL) == 0);
  CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
  return 0;
}
