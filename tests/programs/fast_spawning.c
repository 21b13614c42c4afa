// A process that makes many calls and starts others in all ways: in shared memory (vfork, posix_spawn) and with a
// copy of it; the children make calls from the same code.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "check.h"

extern char** environ;
static int null_fd;

static void calls(int n) {
  for (int i = 0; i < n; ++i) CHECK(write(null_fd, "x", 1) == 1);
}

static void expect_exit(pid_t child, int code) {
  int status;
  CHECK(child > 0 && waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code);
}

int main(void) {
  CHECK((null_fd = open("/dev/null", O_WRONLY)) >= 0);
  calls(100);
  for (int round = 0; round < 15; ++round) {
    const pid_t sharing = vfork();
    if (sharing == 0) {
      for (int i = 0; i < 30; ++i)
        if (write(null_fd, "x", 1) != 1) _exit(1);
      if (round % 2 == 0) _exit(3);
      execl("/bin/true", "true", (char*)NULL);
      _exit(1);
    }
    calls(50);
    expect_exit(sharing, round % 2 == 0 ? 3 : 0);

    char* arguments[] = {"true", NULL};
    pid_t spawned;
    CHECK(posix_spawn(&spawned, "/bin/true", NULL, NULL, arguments, environ) == 0);
    calls(50);
    expect_exit(spawned, 0);

    const pid_t copy = fork();
    if (copy == 0) {
      calls(100);
      const pid_t grandchild = fork();
      if (grandchild == 0) {
        calls(100);
        _exit(5);
      }
      calls(100);
      expect_exit(grandchild, 5);
      _exit(4);
    }
    calls(100);
    expect_exit(copy, 4);
  }
  return 0;
}
