// A 32-bit program without a C library: ends with status 5.
void _start(void) {
  int result = 1;  // exit
  __asm__ volatile("int $0x80" : "+a"(result) : "b"(5));
  for (;;) continue;
}
