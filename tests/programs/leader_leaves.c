// The first thread ends; another goes on, uses descriptors, forks, and executes the program anew.
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "check.h"

static char path[4096];

static void* go_on(void* argument) {
  int status = 0;
  eventfd_t value = 0;
  usleep(20000);
  const int event = eventfd(3, 0);
  CHECK(event >= 0 && eventfd_read(event, &value) == 0 && value == 3);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) _exit(6);
  CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 6);
  execl(path, path, "again", (char*)NULL);
  return argument;
}

int main(int count, char** arguments) {
  pthread_t thread;
  (void)arguments;
  if (count > 1) return 0;
  CHECK(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  CHECK(pthread_create(&thread, NULL, go_on, NULL) == 0);
  pthread_exit(NULL);
}
