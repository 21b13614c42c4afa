// Signals while calls are made in quick succession: handlers that make calls themselves, nest, run on a stack of
// their own, jump out; calls that are interrupted, restarted or fail with EINTR; registers that must survive.
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/time.h>
#include <time.h>

#include <fcntl.h>
#include <sys/syscall.h>

#include "check.h"

static int null_fd, zero_fd;
static volatile sig_atomic_t alarms, nested;
static sigjmp_buf jump_target;

static void on_nested(int signal) {
  (void)signal;
  char byte = 0;
  int here;
  CHECK(write(null_fd, &byte, 1) == 1);
  CHECK(read(zero_fd, &here, sizeof here) == sizeof here);
  ++nested;
}

static void on_alarm(int signal) {
  (void)signal;
  const int before = errno;
  char byte = 0;
  for (int i = 0; i < 3; ++i) CHECK(write(null_fd, &byte, 1) == 1);
  if (alarms % 4 == 0) raise(SIGUSR1);
  ++alarms;
  errno = before;
}

static void on_jump(int signal) {
  (void)signal;
  siglongjmp(jump_target, 1);
}

static void handle(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
  CHECK(sigaction(signal, &action, NULL) == 0);
}

static void every(long microseconds) {
  const struct itimerval timer = {{0, microseconds}, {0, microseconds}};
  CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

static void storm(void) {
  handle(SIGALRM, on_alarm, SA_RESTART);
  handle(SIGUSR1, on_nested, SA_RESTART | SA_ONSTACK);
  every(300);
  char buffer[64];
  while (alarms < 150) {
    CHECK(write(null_fd, buffer, sizeof buffer) == sizeof buffer);
    CHECK(read(zero_fd, buffer, sizeof buffer) == sizeof buffer);
  }
  CHECK(nested > 0);
  every(0);
}

/// A timer that runs on, for as long as the blocked call takes to be interrupted.
static void interrupted_reads(void) {
  int ends[2];
  char byte;
  CHECK(pipe(ends) == 0);
  handle(SIGALRM, on_alarm, 0);
  every(400);
  for (int i = 0; i < 30; ++i) CHECK(read(ends[0], &byte, 1) == -1 && errno == EINTR);
  every(0);
  handle(SIGALRM, on_alarm, SA_RESTART);
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    for (int i = 0; i < 30; ++i) {
      const struct timespec pause = {0, 2000000};
      nanosleep(&pause, NULL);
      CHECK(write(ends[1], "x", 1) == 1);
    }
    _exit(0);
  }
  every(500);
  for (int i = 0; i < 30; ++i) CHECK(read(ends[0], &byte, 1) == 1);
  every(0);
  for (int i = 0; i < 10; ++i) {
    struct timespec left = {0, 3000000};
    handle(SIGALRM, SIG_IGN, 0);
    every(500);
    CHECK(nanosleep(&left, NULL) == 0);
    every(0);
  }
}

static void jumps(void) {
  int ends[2];
  char byte;
  volatile int jumped = 0;
  CHECK(pipe(ends) == 0);
  handle(SIGALRM, on_jump, SA_NODEFER);
  for (int i = 0; i < 40; ++i) {
    if (sigsetjmp(jump_target, 1) == 0) {
      every(200 + i * 7);
      for (;;)
        if (i % 2 == 0)
          CHECK(read(ends[0], &byte, 1) == 1);
        else
          CHECK(write(null_fd, "x", 1) == 1);
    }
    every(0);
    ++jumped;
  }
  CHECK(jumped == 40);
}

/// The raw instruction, in a place that gets patched: everything but rax, rcx and r11 must be as before.
__attribute__((noinline)) static int call_keeps_registers(void) {
  uint64_t bad = 0;
  __asm__ volatile(
      "mov $0x1111, %%rbx; mov $0x2222, %%r12; mov $0x3333, %%r13; mov $0x4444, %%r14; mov $0x5555, %%r15\n"
      "mov $0x6666, %%r8; mov $0x7777, %%r9; mov $0x8888, %%r10; movq %%rbx, %%xmm3; movq %%r15, %%xmm15\n"
      "mov $39, %%ecx; mov %[fd], %%edi; lea %[bad], %%rsi; mov $8, %%edx\n"
      "movq $0x9999, -64(%%rsp); movq $0xaaaa, -120(%%rsp); stc\n"
      "mov $1, %%eax\n"
      "syscall\n"
      "jnc 1f\n"
      "cmp $8, %%rax; jne 1f\n"
      "cmpq $0x9999, -64(%%rsp); jne 1f; cmpq $0xaaaa, -120(%%rsp); jne 1f\n"
      "cmp $0x1111, %%rbx; jne 1f; cmp $0x2222, %%r12; jne 1f; cmp $0x3333, %%r13; jne 1f; cmp $0x4444, %%r14; jne 1f\n"
      "cmp $0x5555, %%r15; jne 1f; cmp $0x6666, %%r8; jne 1f; cmp $0x7777, %%r9; jne 1f; cmp $0x8888, %%r10; jne 1f\n"
      "cmp $8, %%rdx; jne 1f\n"
      "movq %%xmm3, %%rcx; cmp $0x1111, %%rcx; jne 1f; movq %%xmm15, %%rcx; cmp $0x5555, %%rcx; jne 1f\n"
      "jmp 2f\n"
      "1: movq $1, %[bad]\n"
      "2:\n"
      : [bad] "+m"(bad)
      : [fd] "m"(null_fd)
      : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm3", "xmm15",
        "memory", "cc");
  return bad == 0;
}

int main(void) {
  static char other_stack[65536];
  const stack_t alternate = {.ss_sp = other_stack, .ss_size = sizeof other_stack};
  CHECK(sigaltstack(&alternate, NULL) == 0);
  CHECK((null_fd = open("/dev/null", O_WRONLY)) >= 0 && (zero_fd = open("/dev/zero", O_RDONLY)) >= 0);
  storm();
  interrupted_reads();
  jumps();
  handle(SIGALRM, on_alarm, SA_RESTART);
  every(300);
  for (int i = 0; i < 5000; ++i) CHECK(call_keeps_registers());
  every(0);
  return 0;
}
