/* Entry and exit of the hook, its gate, and the few instructions the recorder has to know by address.
 * Nothing here or in hook.c may use the program's stack beyond its red zone + 24 bytes, or SSE registers. */
#include "recorder/fast/hook_abi.h"

  .section .table, "a"
  .quad hook_entry
  .quad hook_entry_push
  .quad hook_gate
  .quad hook_remote
  .quad hook_remote_stop
  .quad hook_ask_stop
  .quad hook_peek_load
  .quad hook_peek_byte_load
  .quad hook_peek_failed
  .quad hook_end
  .quad hook_specs
  .quad hook_rseq_signature
  .quad hook_gate_end

  .text
/* From a stub: rcx = its HookStub; rcx and r11 are free, since a system call overwrites them. */
  .globl hook_entry
hook_entry:
  lea -HOOK_RED_ZONE(%rsp), %rsp
hook_entry_push:
  pushfq
  rdgsbase %r11
  push %rax
  mov %r11, %rax
  sub slots_begin(%rip), %rax
  cmp slots_bytes(%rip), %rax
  pop %rax
  jae leave_to_tier_1
  cmpq $0, HOOK_OFFSET_CLOSED(%r11)
  jne leave_to_tier_1
#define FRAME(name) (HOOK_OFFSET_FRAME + HOOK_FRAME_##name)(%r11)
  mov %rax, FRAME(RAX)
  mov (%rsp), %rax
  mov %rax, FRAME(RFLAGS)
  lea HOOK_RED_ZONE + 8(%rsp), %rax
  mov %rax, FRAME(RSP)
  mov %rcx, FRAME(STUB)
  mov %rdi, FRAME(RDI)
  mov %rsi, FRAME(RSI)
  mov %rdx, FRAME(RDX)
  mov %r10, FRAME(R10)
  mov %r8, FRAME(R8)
  mov %r9, FRAME(R9)
  mov %rbx, FRAME(RBX)
  mov %rbp, FRAME(RBP)
  mov %r12, FRAME(R12)
  mov %r13, FRAME(R13)
  mov %r14, FRAME(R14)
  mov %r15, FRAME(R15)
  lea HOOK_STATE_BYTES(%r11), %rsp
  mov %r11, %rdi
  mov %r11, %rbx
  cld
  call hook_call
  mov %rbx, %r11
  mov FRAME(RDI), %rdi
  mov FRAME(RSI), %rsi
  mov FRAME(RDX), %rdx
  mov FRAME(R10), %r10
  mov FRAME(R8), %r8
  mov FRAME(R9), %r9
  mov FRAME(RBX), %rbx
  mov FRAME(RSP), %rsp
  mov FRAME(STUB), %rcx
  test %eax, %eax
  mov FRAME(RAX), %rax
  lea -(HOOK_RED_ZONE + 8)(%rsp), %rsp
  je leave_to_tier_1
  mov FRAME(RFLAGS), %r11
  popfq
  lea HOOK_RED_ZONE(%rsp), %rsp
  mov (%rcx), %rcx        /* as after a system call: rcx = where it goes on, r11 = flags */
  jmp *%rcx
leave_to_tier_1:
  popfq
  lea HOOK_RED_ZONE(%rsp), %rsp
  jmp *8(%rcx)

/* uint64_t hook_do_call(const struct HookFrame*): the program's call, with its own arguments. */
  .globl hook_do_call
hook_do_call:
  mov HOOK_FRAME_RAX(%rdi), %rax
  mov HOOK_FRAME_RSI(%rdi), %rsi
  mov HOOK_FRAME_RDX(%rdi), %rdx
  mov HOOK_FRAME_R10(%rdi), %r10
  mov HOOK_FRAME_R8(%rdi), %r8
  mov HOOK_FRAME_R9(%rdi), %r9
  mov HOOK_FRAME_RDI(%rdi), %rdi
hook_gate:
  syscall
  ret

/* uint64_t hook_own_call(number, a, b, c, d, e): for the hook's own needs; never blocks. */
  .globl hook_own_call
hook_own_call:
  mov %rdi, %rax
  mov %rsi, %rdi
  mov %rdx, %rsi
  mov %rcx, %rdx
  mov %r8, %r10
  mov %r9, %r8
  syscall
  ret

hook_remote:
  syscall
hook_gate_end:
  mov %rax, %rdi
  mov $HOOK_TRAP_SYSCALL, %eax
hook_remote_stop:
  syscall
  ud2

/* uint64_t hook_ask(void): stops for the recorder, which answers in rax. */
  .globl hook_ask
hook_ask:
  mov $HOOK_TRAP_SYSCALL, %eax
hook_ask_stop:
  syscall
  ret

/* struct { value; failed; } hook_peek(address): the recorder goes on at hook_peek_failed when it faults. */
  .globl hook_peek
hook_peek:
  xor %edx, %edx
hook_peek_load:
  mov (%rdi), %rax
  ret
  .globl hook_peek_byte
hook_peek_byte:
  xor %edx, %edx
hook_peek_byte_load:
  movzbl (%rdi), %eax
  ret
hook_peek_failed:
  mov $1, %edx
  xor %eax, %eax
  ret

/* Never executed: what the rseq descriptor names. */
rseq_range:
  ud2
  .balign 4
hook_rseq_signature:
  .long 0
rseq_abort:
  ud2

  .section .rodata, "a"
  .balign 8
slots_begin:
  .quad HOOK_SLOTS_ADDRESS
slots_bytes:
  .quad HOOK_SLOTS_BYTES
/* struct rseq_cs: a critical section that no instruction is in. While the kernel has not cleared the pointer to
 * it, the thread was neither preempted nor migrated nor did it get a signal. */
  .balign 32
  .globl hook_rseq_descriptor
hook_rseq_descriptor:
  .long 0, 0
  .quad rseq_range
  .quad 1
  .quad rseq_abort
  .globl hook_specs
hook_specs:
  .fill HOOK_SYSCALLS * 2, 1, 0
  .globl hook_end
hook_end:
  .section .note.GNU-stack, "", @progbits
