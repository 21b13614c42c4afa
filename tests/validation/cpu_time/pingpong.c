// Two processes pass a byte back and forth over pipes: pingpong ROUNDS [spin turns before each write].
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void spin(long turns) {
  for (long i = 0; i < turns; ++i) __asm__ volatile("" : "+r"(i));
}

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? atol(argv[1]) : 10000, turns = argc > 2 ? atol(argv[2]) : 0;
  int ping[2], pong[2];
  char byte = 0;
  if (pipe(ping) != 0 || pipe(pong) != 0) return 1;
  if (fork() == 0) {
    for (long i = 0; i < rounds; ++i) {
      if (read(ping[0], &byte, 1) != 1) return 1;
      spin(turns);
      if (write(pong[1], &byte, 1) != 1) return 1;
    }
    return 0;
  }
  for (long i = 0; i < rounds; ++i) {
    spin(turns);
    if (write(ping[1], &byte, 1) != 1 || read(pong[0], &byte, 1) != 1) return 1;
  }
  int status = 0;
  wait(&status);
  return status != 0;
}
