// Code made at run time, as a JIT does it, calls back into a function that blocks: two such functions on top of each
// other that keep frame pointers, then one that does not.
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

typedef void (*function)(void);
static volatile int calls;

__attribute__((noinline)) void called_back(void) {
  CHECK(poll(NULL, 0, 3) == 0);
  calls = calls + 1;
}

__attribute__((noinline)) void with_frames(void (*made)(function), function argument) {
  made(argument);
  calls = calls + 1;
}

__attribute__((noinline)) void without_frames(void (*made)(function), function argument) {
  made(argument);
  calls = calls + 1;
}

int main(void) {
  // push %rbp; mov %rsp,%rbp; call *%rdi; pop %rbp; ret
  static const unsigned char kFramed[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};
  // push %rbp; mov %rsp,%rbp; call 64 bytes behind the start; pop %rbp; ret
  static const unsigned char kOuter[] = {0x55, 0x48, 0x89, 0xe5, 0xe8, 0x37, 0x00, 0x00, 0x00, 0x5d, 0xc3};
  // sub $8,%rsp; call *%rdi; add $8,%rsp; ret
  static const unsigned char kBare[] = {0x48, 0x83, 0xec, 0x08, 0xff, 0xd7, 0x48, 0x83, 0xc4, 0x08, 0xc3};
  unsigned char* code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  CHECK(code != MAP_FAILED);
  memcpy(code, kOuter, sizeof kOuter);
  memcpy(code + 64, kFramed, sizeof kFramed);
  memcpy(code + 128, kBare, sizeof kBare);
  CHECK(mprotect(code, 4096, PROT_READ | PROT_EXEC) == 0);
  void (*framed)(function), (*bare)(function);
  unsigned char* entry = code;
  memcpy(&framed, &entry, sizeof framed);
  entry = code + 128;
  memcpy(&bare, &entry, sizeof bare);
  with_frames(framed, called_back);
  without_frames(bare, called_back);
  CHECK(calls == 4);
  return 0;
}
