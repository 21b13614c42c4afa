// Runs a command and writes to a file how many seconds it took: timed FILE COMMAND [ARGUMENT...]. So the time of a client
// can be measured while it, its server and this are recorded together, and starting the server is no part of it.
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>

extern char** environ;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  int status = 0;
  pid_t child = 0;
  const double begin = now();
  if (posix_spawnp(&child, argv[2], NULL, NULL, argv + 2, environ) != 0) return 127;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  const double seconds = now() - begin;
  FILE* file = fopen(argv[1], "w");
  if (file == NULL || fprintf(file, "%.9f\n", seconds) < 0) return 1;
  return fclose(file) == 0 ? 0 : 1;
}
