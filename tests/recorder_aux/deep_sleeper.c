// Blocks three functions deep, or inside a signal handler: deep_sleeper plain|signal. Prints a line when it is about to.
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile int sink;

__attribute__((noinline)) static void inner_wait(void) {
  char byte;
  if (write(1, "ready\n", 6) == 6) sink = (int)read(0, &byte, 1);
  sink++;
}

__attribute__((noinline)) static void middle_call(int depth) {
  volatile char ballast[200];
  memset((char*)ballast, depth, sizeof ballast);
  inner_wait();
  sink += ballast[depth];
}

__attribute__((noinline)) void outer_call(int depth) {
  middle_call(depth + 1);
  sink++;
}

static void on_signal(int number) {
  outer_call(number);
  sink++;
}

__attribute__((noinline)) static void raise_it(void) {
  raise(SIGUSR1);
  sink++;
}

int main(int argc, char** argv) {
  if (argc > 1 && strcmp(argv[1], "signal") == 0) {
    signal(SIGUSR1, on_signal);
    raise_it();
  } else {
    outer_call(argc);
  }
  return sink == -1;
}
