/* What the hook code inside a traced program and the recorder agree on (C and C++).
 *
 * A traced address space that is worth it gets, at addresses that are the same everywhere (the seccomp filter
 * must know them), the hook's code and, above it, a shared region of slots, one per thread:
 *
 *   HOOK_CODE_ADDRESS   code, tables (private, read + execute)
 *   HOOK_SLOTS_ADDRESS  slots in segments (shared with the recorder): state, the hook's stack, ring of records
 *
 * The GS base of a thread points to its slot, or is 0: then the hook leaves every call to tier 1.
 *
 * A record is a run of 64-bit words in the slot's ring:
 *   HookHead; TSC at entry; TSC at exit; result;
 *   [thread clock in ns, TSC after reading it]   when HOOK_CLOCK_AT_ENTRY
 *   the argument registers named by HookSpec::registers, ascending; then words by kind, see HookKind: "before"
 *   [thread clock in ns, TSC after reading it]   when HOOK_CLOCK_AT_EXIT
 *   [what the recorder answered]                 when HOOK_STACK
 *   words by kind: "after" */
#pragma once

#define HOOK_CODE_ADDRESS 0x2f1000000000
#define HOOK_CODE_BYTES 0x4000
#define HOOK_SLOTS_ADDRESS 0x2f1010000000
/* Room for all segments of slots that a process may ever get. */
#define HOOK_SLOTS_BYTES 0x10000000

#define HOOK_RING_WORDS 16384
#define HOOK_STATE_BYTES 4096
#define HOOK_SLOT_BYTES (HOOK_STATE_BYTES + HOOK_RING_WORDS * 8)

#define HOOK_SYSCALLS 512
#define HOOK_MOST_POLLED 128
#define HOOK_MOST_SELECTED 256
#define HOOK_USUAL_EPOLL_EVENTS 512
#define HOOK_MOST_PATH_WORDS 128
/* Longest socket address there is (struct sockaddr_storage), and what an internet one needs of it. */
#define HOOK_MOST_ADDRESS 128
#define HOOK_ADDRESS_WORDS 4
/* Of struct flock: l_type | l_whence << 16, l_start, l_len. */
#define HOOK_LOCK_WORDS 3
/* The call the hook and remote code make to stop for the recorder: the filter always traces it. */
#define HOOK_TRAP_SYSCALL 219 /* restart_syscall */

/* Bytes below the stack pointer that belong to the program (System V ABI). */
#define HOOK_RED_ZONE 128

/* Offsets the assembly needs; hook.c checks them. */
#define HOOK_OFFSET_CLOSED 64
#define HOOK_OFFSET_FRAME 128
#define HOOK_FRAME_RSP 0
#define HOOK_FRAME_RFLAGS 8
#define HOOK_FRAME_STUB 16
#define HOOK_FRAME_RAX 24
#define HOOK_FRAME_RDI 32
#define HOOK_FRAME_RSI 40
#define HOOK_FRAME_RDX 48
#define HOOK_FRAME_R10 56
#define HOOK_FRAME_R8 64
#define HOOK_FRAME_R9 72
#define HOOK_FRAME_RBX 80
#define HOOK_FRAME_RBP 88
#define HOOK_FRAME_R12 96
#define HOOK_FRAME_R13 104
#define HOOK_FRAME_R14 112
#define HOOK_FRAME_R15 120

#ifndef __ASSEMBLER__

#include <stdint.h>

/* How the hook handles a call; the words it adds to the record before and after the call. */
enum HookKind {
  HOOK_NOT_HERE = 0, /* left to tier 1 */
  HOOK_PLAIN,
  HOOK_ADDRESSED,  /* sendto, recvfrom: only without an address, or over TCP, where it means nothing */
  HOOK_MESSAGE,    /* sendmsg, recvmsg: only without address and control data, or over TCP */
  HOOK_EPOLL_WAIT, /* after: data of each ready descriptor */
  HOOK_POLL,       /* after: fd | revents << 32 of each ready descriptor */
  HOOK_PPOLL,      /* before: timeout (s, ns; s = -1: none); after: as poll */
  HOOK_SELECT,     /* before: timeout as given (s = -1: none), descriptors watched; after: words of the three sets */
  HOOK_EPOLL_CTL,  /* before: events, data */
  HOOK_TIMEOUT_0,  /* timespec in rdi. before: timeout */
  HOOK_TIMEOUT_2,  /* timespec in rdx. before: timeout */
  HOOK_FUTEX,      /* before: timeout */
  HOOK_FCNTL,      /* only commands that copy descriptors, set flags or lock. before, of a lock: struct flock's words */
  HOOK_OPTION,     /* setsockopt: only TCP_NODELAY and SO_LINGER. before: the one or two ints of the value */
  HOOK_IOCTL,      /* only requests that change a descriptor's state */
  HOOK_OPEN_0,     /* path in rdi. after: see HookOpened, then the path's words, zero-padded */
  HOOK_OPEN_1,     /* path in rsi. after: same */
  HOOK_SOCKET,     /* makes a socket: only TCP. after, unless it failed: HookSocket */
  HOOK_ACCEPT,     /* only at internet sockets. after, unless it failed: HookSocket */
  HOOK_NAME_SOCKET, /* bind, connect of internet sockets. before: HookAddress; after, unless it failed: HookSocket */
};

/* Commands of fcntl that look at a struct flock: F_GETLK, F_SETLK, F_SETLKW and their F_OFD_ twins. */
static inline int hook_fcntl_locks(uint32_t command) {
  return (command >= 5 && command <= 7) || (command >= 36 && command <= 38);
}

struct HookSpec {
  uint8_t kind;      /* HookKind */
  uint8_t registers; /* bit i: the i-th argument register goes into the record */
};

enum HookRecordFlag {
  HOOK_CLOCK_AT_ENTRY = 1, /* the burst before was interrupted: the thread clock was read */
  HOOK_CLOCK_AT_EXIT = 2,  /* the call blocked or was preempted: the thread clock was read */
  HOOK_STACK = 8,          /* the call took long: the recorder was asked for a call stack */
  HOOK_UNREADABLE = 4,     /* the program's memory could not be read: words by kind are missing */
};

struct HookHead {
  uint16_t number; /* system call */
  uint16_t flags;  /* HookRecordFlag */
  uint32_t words;  /* whole record, this one included */
};

/* Words after a successful open; words == 0 in a failed one's place are left out. */
struct HookOpened {
  uint64_t device, inode, mode_and_device, size_bytes, birth_ns, path_words;
  uint64_t asked_until_tsc; /* when all was known; 0: the thread was switched off its core meanwhile */
};

/* A socket address; bytes == 0: none, or it could not be read. */
struct HookAddress {
  uint64_t bytes;
  uint64_t words[HOOK_ADDRESS_WORDS];
};

/* What a descriptor refers to right behind the call; all 0 but the last when it was gone already. */
struct HookSocket {
  uint64_t device, inode, cookie;
  uint64_t network_namespace; /* HOOK_NAME_SOCKET: 0, as before */
  uint64_t buffers;           /* send | receive << 32, bytes */
  uint64_t domain_and_type;   /* domain | type << 32; HOOK_NAME_SOCKET: 0, as before */
  uint64_t status_flags;      /* as F_GETFL, O_NONBLOCK at least */
  struct HookAddress local, peer;
  uint64_t asked_until_tsc; /* as above */
};

/* The program's registers when it called. */
struct HookFrame {
  uint64_t rsp, rflags;
  uint64_t stub; /* HookStub of the call site */
  uint64_t rax, rdi, rsi, rdx, r10, r8, r9, rbx, rbp, r12, r13, r14, r15;
};

/* Data of a patched call site, behind its stub's code. */
struct HookStub {
  uint64_t resume;    /* where the program goes on: behind its system call instruction */
  uint64_t slow_call; /* does the call where tier 1 sees it */
  uint64_t hook;      /* address of the hook */
};

/* Where a thread is in the hook, for a recorder that finds it there. */
enum HookPhase { HOOK_OUTSIDE = 0, HOOK_BEGUN = 1 };

struct HookSlot {
  uint64_t tail; /* words the recorder has taken */
  uint64_t unused0[7];
  uint64_t closed;  /* set by the recorder: leave everything to tier 1 */
  uint64_t rseq_cs; /* address of the thread's rseq_cs pointer; of `no_rseq` when it has none */
  uint64_t no_rseq;
  uint64_t muted;      /* set by the recorder: make calls, but leave no records */
  uint64_t long_ticks; /* calls longer than this ask the recorder for a call stack; 0 = none does */
  uint64_t unused1[3];
  struct HookFrame frame;
  uint64_t head;       /* words the hook has finished */
  uint64_t phase;      /* HookPhase: a record is begun at `head` */
  uint64_t known_tail; /* the hook's last look at `tail` */
  uint64_t scratch[32];
  uint64_t stack[(HOOK_STATE_BYTES - 128 - sizeof(struct HookFrame) - 35 * 8) / 8];
  uint64_t ring[HOOK_RING_WORDS];
};

/* Addresses inside the hook's code, at its very beginning. */
struct HookTable {
  uint64_t entry;       /* stubs jump here; nothing has happened yet */
  uint64_t entry_push;  /* the second instruction: only the stack pointer was moved by HOOK_RED_ZONE */
  uint64_t gate;        /* the system call instruction for recorded calls */
  uint64_t remote;      /* makes the call in the registers, then stops for the recorder with the result in rdi */
  uint64_t remote_stop; /* where that stop is */
  uint64_t ask_stop;    /* where the hook stops for the recorder to put an answer into rax */
  uint64_t peek;        /* the instructions that may fault on the program's pointers … */
  uint64_t peek_byte;
  uint64_t peek_failed;       /* … and where to go on then */
  uint64_t end;               /* end of the code */
  uint64_t specs;             /* HookSpec[HOOK_SYSCALLS], filled by the recorder */
  uint64_t rseq_signature_at; /* where the signature of the program's rseq goes (4 bytes) */
  uint64_t gate_end;          /* the gate and the calls for the hook's own needs lie in [gate, gate_end) */
};

#endif
