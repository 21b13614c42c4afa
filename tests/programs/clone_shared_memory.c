// Processes that share memory, and one that shares descriptors too, without being threads.
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "check.h"

static char stack[65536] __attribute__((aligned(16)));
static int pipe_ends[2], event;

static int without_descriptors(void* argument) {
  (void)argument;
  CHECK(write(pipe_ends[1], "x", 1) == 1);
  close(pipe_ends[1]);  // only its own
  return 3;
}

static int with_descriptors(void* argument) {
  (void)argument;
  CHECK(pipe(pipe_ends) == 0);
  event = eventfd(0, 0);
  CHECK(event >= 0 && eventfd_write(event, 5) == 0);
  CHECK(write(pipe_ends[1], "xy", 2) == 2);
  return 4;
}

int main(void) {
  int status = 0;
  char text[2];
  eventfd_t value = 0;
  CHECK(pipe(pipe_ends) == 0);
  pid_t child = clone(without_descriptors, stack + sizeof stack, CLONE_VM | SIGCHLD, NULL);
  CHECK(child > 0);
  CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3);
  CHECK(write(pipe_ends[1], "y", 1) == 1 && read(pipe_ends[0], text, 2) == 2);
  child = clone(with_descriptors, stack + sizeof stack, CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | SIGCHLD,
                NULL);
  CHECK(child > 0);
  CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 4);
  CHECK(read(pipe_ends[0], text, 2) == 2 && text[1] == 'y');
  CHECK(eventfd_read(event, &value) == 0 && value == 5);
  return 0;
}
