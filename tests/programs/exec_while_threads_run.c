// Four threads make calls all the time when one of them executes the program anew, five times.
#include <pthread.h>

#include "check.h"

static char generation[2] = "0";
static char path[4096];

static void* make_calls(void* argument) {
  for (;;) CHECK(write(1, "", 0) == 0);
  return argument;
}

static void* execute(void* argument) {
  usleep(3000);
  ++generation[0];
  execl(path, path, generation, (char*)NULL);
  return argument;
}

int main(int count, char** arguments) {
  pthread_t thread;
  CHECK(readlink("/proc/self/exe", path, sizeof path - 1) > 0);
  if (count > 1) generation[0] = arguments[1][0];
  if (generation[0] == '5') return 0;
  for (int i = 0; i < 4; ++i) CHECK(pthread_create(&thread, NULL, make_calls, NULL) == 0);
  CHECK(pthread_create(&thread, NULL, execute, NULL) == 0);
  for (;;) pause();
}
