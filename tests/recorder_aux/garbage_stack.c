// Blocks with a stack pointer, frame pointer and stack content that make no sense: garbage_stack SEED.
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const size_t size = 1 << 16;
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  uint64_t* stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  for (size_t i = 0; i < size / 8; ++i) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    // Half noise, half plausible: addresses of code and of this stack itself.
    stack[i] = seed % 4 == 0 ? (uint64_t)&main + seed % 4096 : seed % 4 == 1 ? (uint64_t)(stack + (seed >> 20) % (size / 8)) : seed;
  }
  if (write(1, "ready\n", 6) != 6) return 1;
  register uint64_t bottom = (uint64_t)(stack + seed % (size / 16));
  char* buffer = (char*)stack;
  // read(0, buffer, 1) with both pointers inside the noise.
  __asm__ volatile(
      "mov %0, %%rsp\n mov %0, %%rbp\n xor %%eax, %%eax\n xor %%edi, %%edi\n mov %1, %%rsi\n mov $1, %%edx\n syscall\n"
      "mov $60, %%eax\n xor %%edi, %%edi\n syscall"
      :
      : "r"(bottom), "r"(buffer)
      : "memory");
  return 0;
}
