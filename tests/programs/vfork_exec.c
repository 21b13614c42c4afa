// vfork and exec, as make and posix_spawn do it.
#include <spawn.h>
#include <sys/wait.h>

#include "check.h"

extern char** environ;

int main(void) {
  int status = 0;
  char* argv[] = {"true", NULL};
  const pid_t child = vfork();
  CHECK(child >= 0);
  if (child == 0) {
    execv("/bin/true", argv);
    _exit(1);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
  pid_t spawned = 0;
  CHECK(posix_spawn(&spawned, "/bin/true", NULL, NULL, argv, environ) == 0);
  CHECK(waitpid(spawned, &status, 0) == spawned && status == 0);
  return 0;
}
