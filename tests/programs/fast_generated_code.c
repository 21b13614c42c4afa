// Code made at run time that makes calls, replaced at the same address by other code, in a mapping made anew; calls
// in the middle of one's own page of code stay what they are when the page is written again.
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "check.h"

typedef long (*call_function)(long a, void* b, long c);

/// mov $number, %eax; syscall; ret; then padding of int3, as code generators leave it.
static void generate(uint8_t* at, uint32_t number, int offset) {
  memset(at, 0xcc, 256);
  uint8_t code[] = {0xb8, 0, 0, 0, 0, 0x0f, 0x05, 0xc3};
  memcpy(code + 1, &number, sizeof number);
  memcpy(at + offset, code, sizeof code);
}

int main(void) {
  const int null_fd = open("/dev/null", O_WRONLY), zero_fd = open("/dev/zero", O_RDONLY);
  CHECK(null_fd >= 0 && zero_fd >= 0);
  void* const place = (void*)0x7e0000000000;
  for (int round = 0; round < 6; ++round) {
    uint8_t* page = mmap(place, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    CHECK(page == place);
    char buffer[32];
    generate(page, round % 2 == 0 ? SYS_write : SYS_read, round % 3 * 32);
    const call_function function = (call_function)(uintptr_t)(page + round % 3 * 32);
    memset(buffer, 1, sizeof buffer);
    for (int i = 0; i < 100; ++i) CHECK(function(round % 2 == 0 ? null_fd : zero_fd, buffer, sizeof buffer) == sizeof buffer);
    CHECK(buffer[5] == (round % 2 == 0 ? 1 : 0));
    generate(page, SYS_getppid, round % 3 * 32);  // over what may have been patched
    for (int i = 0; i < 100; ++i) CHECK(function(0, NULL, 0) == getppid());
    if (round % 2 == 0) CHECK(munmap(page, 4096) == 0);
  }
  return 0;
}
