// 32-bit calls (int 0x80) from a 64-bit program.
#include <signal.h>

#include "check.h"

static void none(int number) {
  (void)number;
  _exit(77);
}

static long legacy(long number, long argument) {
  long result = number;
  __asm__ volatile("int $0x80" : "+a"(result) : "b"(argument) : "r8", "r9", "r10", "r11", "memory");
  return result;
}

enum { kLegacyGetpid = 20, kLegacyClose = 6 };

int main(void) {
  signal(SIGSEGV, none);  // the kernel has no 32-bit emulation
  const int fd = dup(0);
  for (int i = 0; i < 7; ++i) CHECK(legacy(kLegacyGetpid, 0) == getpid());
  CHECK(legacy(kLegacyClose, fd) == 0);
  CHECK(close(fd) == -1);
  for (int i = 0; i < 4; ++i) CHECK(write(1, "", 0) == 0);
  return 0;
}
