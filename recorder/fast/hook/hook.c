/* The hook: what runs inside a traced program in place of a patched system call instruction. It does the call
 * itself at the gate and leaves a record in the thread's ring, or returns 0: then the call goes to tier 1.
 *
 * No signal handler ever runs on top of it: the recorder, which sees every signal first, brings the thread out
 * of the hook before delivering one. So there is no re-entrancy, and one stack and one frame per slot do. */
#include "recorder/fast/hook/hook_record.h"

#define CHECK_FRAME(name, field) _Static_assert(offsetof(struct HookFrame, field) == HOOK_FRAME_##name, #field)
CHECK_FRAME(RSP, rsp);
CHECK_FRAME(RFLAGS, rflags);
CHECK_FRAME(STUB, stub);
CHECK_FRAME(RAX, rax);
CHECK_FRAME(RDI, rdi);
CHECK_FRAME(R9, r9);
CHECK_FRAME(RBX, rbx);
CHECK_FRAME(R15, r15);
_Static_assert(offsetof(struct HookSlot, closed) == HOOK_OFFSET_CLOSED, "closed");
_Static_assert(offsetof(struct HookSlot, frame) == HOOK_OFFSET_FRAME, "frame");
_Static_assert(offsetof(struct HookSlot, ring) == HOOK_STATE_BYTES, "ring");
_Static_assert(sizeof(struct HookSlot) == HOOK_SLOT_BYTES, "slot");

/* Numbers of <time.h>, <fcntl.h>, <sys/stat.h>, whose headers want a C library. */
enum {
  kThreadCpuClock = 3,
  kAtEmptyPath = 0x1000,
  kStatxBasicAndBirth = 0xfff,
  kEfault = 14,
  kEpollDelete = 2,
};

extern uint64_t hook_do_call(const struct HookFrame* frame);
extern uint64_t hook_ask(void);
extern const struct HookSpec hook_specs[HOOK_SYSCALLS];
extern const char hook_rseq_descriptor[];

static volatile uint64_t* rseq_cs(struct HookSlot* slot) {
  return (volatile uint64_t*)slot->rseq_cs;  // NOLINT(performance-no-int-to-ptr)
}
/* Not switched off its core since the last arm(). */
static int undisturbed(struct HookSlot* slot) { return *rseq_cs(slot) == (uint64_t)hook_rseq_descriptor; }
/* Nothing clears what stands in for the pointer of a thread without rseq: never armed, it always reads the clock. */
static void arm(struct HookSlot* slot) {
  if (slot->rseq_cs != (uint64_t)&slot->no_rseq) *rseq_cs(slot) = (uint64_t)hook_rseq_descriptor;
}

/* What follows the call so far was the recorder's; to be known exactly. */
static uint64_t asked_until(struct HookSlot* slot) { return undisturbed(slot) ? tsc() : 0; }

static void put_clock(struct Record* r) {
  uint64_t* time = r->slot->scratch;
  hook_own_call(__NR_clock_gettime, kThreadCpuClock, (uint64_t)time, 0, 0, 0);
  put(r, time[0] * 1000000000 + time[1]);
  put(r, tsc());
}

/* Futex operations whose fourth argument is a timeout: wait, lock_pi, wait_bitset, wait_requeue_pi, lock_pi2. */
static int futex_has_timeout(uint64_t operation) {
  return ((1U << 0 | 1U << 6 | 1U << 9 | 1U << 11 | 1U << 13) >> (operation & 31) & 1) != 0;
}

/* Commands that make descriptors or change their flags: F_DUPFD, F_SETFD, F_SETFL, F_DUPFD_CLOEXEC. */
static int fcntl_is_plain(uint32_t command) { return command == 0 || command == 2 || command == 4 || command == 1030; }
/* FIONBIO, FIOCLEX, FIONCLEX, FIOASYNC. */
static int ioctl_changes_descriptor(uint32_t request) {
  return request == 0x5421 || request == 0x5451 || request == 0x5450 || request == 0x5452;
}

/* Can this call be handled here? Words that its kind may need besides. */
static int64_t room_for(uint8_t kind, struct HookSlot* slot) {
  const struct HookFrame* f = &slot->frame;
  switch (kind) {
    case HOOK_PLAIN:
      return 0;
    case HOOK_ADDRESSED:
      return f->r8 == 0 || is_tcp(slot, f->rdi) ? 0 : kNotHere;
    case HOOK_MESSAGE: {
      const struct Peeked name = hook_peek(f->rsi), control = hook_peek(f->rsi + 40);
      if (name.failed || control.failed) return kNotHere;
      return (name.value == 0 && control.value == 0) || is_tcp(slot, f->rdi) ? 0 : kNotHere;
    }
    case HOOK_EPOLL_WAIT:
      return (uint32_t)f->rdx < HOOK_USUAL_EPOLL_EVENTS ? (int64_t)(uint32_t)f->rdx : HOOK_USUAL_EPOLL_EVENTS;
    case HOOK_POLL:
    case HOOK_PPOLL:
      return f->rsi <= HOOK_MOST_POLLED ? (int64_t)f->rsi + 2 : kNotHere;
    case HOOK_SELECT:
      return (uint32_t)f->rdi <= HOOK_MOST_SELECTED ? (int64_t)(3 + 3 * set_words(f)) : kNotHere;
    case HOOK_EPOLL_CTL:
    case HOOK_TIMEOUT_0:
    case HOOK_TIMEOUT_2:
    case HOOK_FUTEX:
      return 2;
    case HOOK_FCNTL:
      return fcntl_is_plain((uint32_t)f->rsi) ? 0 : hook_fcntl_locks((uint32_t)f->rsi) ? HOOK_LOCK_WORDS : kNotHere;
    case HOOK_IOCTL:
      return ioctl_changes_descriptor((uint32_t)f->rsi) ? 0 : kNotHere;
    case HOOK_OPTION:
      return option_matters((uint32_t)f->rsi, (uint32_t)f->rdx) ? 1 : kNotHere;
    case HOOK_OPEN_0:
    case HOOK_OPEN_1:
      return (int64_t)(sizeof(struct HookOpened) / 8) + HOOK_MOST_PATH_WORDS;
    case HOOK_SOCKET:
    case HOOK_ACCEPT:
    case HOOK_NAME_SOCKET:
      return socket_room(kind, slot);
    default:
      return kNotHere;
  }
}

static void put_before(struct Record* r, uint8_t kind, const struct HookFrame* f) {
  switch (kind) {
    case HOOK_PPOLL:
    case HOOK_TIMEOUT_2:
      put_timeout(r, f->rdx);
      break;
    case HOOK_TIMEOUT_0:
      put_timeout(r, f->rdi);
      break;
    case HOOK_OPTION:
      put_option(r, f);
      break;
    case HOOK_SELECT:
      put_timeout(r, f->r8);
      put_watched(r, f);
      break;
    case HOOK_FUTEX:
      put_timeout(r, futex_has_timeout(f->rsi) ? f->r10 : 0);
      break;
    case HOOK_EPOLL_CTL:
      if ((uint32_t)f->rsi == kEpollDelete || f->r10 == 0) {
        put(r, 0);
        put(r, 0);
      } else {
        put_peeked(r, f->r10);
        *word(r, r->at - 1) &= 0xffffffff;
        put_peeked(r, f->r10 + 4);
      }
      break;
    case HOOK_FCNTL:
      if (!hook_fcntl_locks((uint32_t)f->rsi)) break;
      for (uint64_t i = 0; i < HOOK_LOCK_WORDS; ++i) put_peeked(r, f->rdx + i * 8);
      break;
    case HOOK_NAME_SOCKET:
      socket_before(r, f);
      break;
    default:
      break;
  }
}

static void put_opened(struct Record* r, uint64_t path, uint64_t result) {
  /* struct statx: offsets of <linux/stat.h> */
  uint8_t* status = (uint8_t*)r->slot->scratch;
  const uint64_t nothing = 0;
  const int known = !failed(result) && !failed(hook_own_call(__NR_statx, result, (uint64_t)&nothing, kAtEmptyPath,
                                                             kStatxBasicAndBirth, (uint64_t)status));
  const uint64_t first = r->at;
  if (known) {
    const uint32_t* w = (const uint32_t*)status;
    put(r, (uint64_t)w[136 / 4] << 32 | w[140 / 4]);
    put(r, *(const uint64_t*)(status + 32));
    put(r, (uint64_t) * (const uint16_t*)(status + 28) | (uint64_t)w[128 / 4] << 32);
    put(r, *(const uint64_t*)(status + 40));
    put(r, *(const uint64_t*)(status + 80) * 1000000000 + w[88 / 4]);
  } else {
    for (int i = 0; i < 5; ++i) put(r, 0);
  }
  put(r, 0);
  put(r, 0);
  const uint64_t before = r->at;
  if (result != (uint64_t)-kEfault) put_path(r, path);
  *word(r, first + 5) = r->at - before;
  *word(r, first + 6) = asked_until(r->slot);
}

/* More descriptors than room was kept for: programs ask for thousands, and get a few. The ring has only become
 * emptier since. */
static uint64_t fitting(struct Record* r, uint64_t words) {
  const uint64_t used = r->slot->head - *(volatile uint64_t*)&r->slot->tail + r->at;
  if (words <= HOOK_RING_WORDS - used) return words;
  r->flags |= HOOK_UNREADABLE;
  return HOOK_RING_WORDS - used;
}

static void put_after(struct Record* r, uint8_t kind, const struct HookFrame* f, uint64_t result) {
  switch (kind) {
    case HOOK_EPOLL_WAIT:
      if (!failed(result)) {
        const uint64_t events = fitting(r, result);
        for (uint64_t i = 0; i < events; ++i) put_peeked(r, f->rsi + i * 12 + 4);
      }
      break;
    case HOOK_POLL:
    case HOOK_PPOLL:
      if (!failed(result) && result != 0) put_ready(r, f);
      break;
    case HOOK_SELECT:
      if (!failed(result) && result != 0) put_sets(r, f);
      break;
    case HOOK_OPEN_0:
      put_opened(r, f->rdi, result);
      break;
    case HOOK_OPEN_1:
      put_opened(r, f->rsi, result);
      break;
    case HOOK_SOCKET:
    case HOOK_ACCEPT:
    case HOOK_NAME_SOCKET:
      if (socket_after(r, kind, f, result)) put(r, asked_until(r->slot));
      break;
    default:
      break;
  }
}

static void put_arguments(struct Record* r, uint8_t registers, const struct HookFrame* f) {
  const uint64_t* values = &f->rdi;
  for (unsigned i = 0; i < 6; ++i)
    if (registers >> i & 1) put(r, values[i]);
}

/* Fixed words, both clocks, all argument registers, a stack. */
enum { kMostFixedWords = 4 + 2 + 6 + 2 + 1 };

uint32_t hook_call(struct HookSlot* slot);
uint32_t hook_call(struct HookSlot* slot) {
  const uint64_t entered = tsc();
  struct HookFrame* f = &slot->frame;
  const uint64_t number = f->rax;
  if (number >= HOOK_SYSCALLS) return 0;
  const struct HookSpec spec = hook_specs[number];
  if (slot->muted != 0 && spec.kind != HOOK_NOT_HERE) {
    f->rax = hook_do_call(f);
    return 1;
  }
  const int64_t more = room_for(spec.kind, slot);
  if (more == kNotHere) return 0;
  const uint64_t head = slot->head;
  const uint64_t needed = kMostFixedWords + (uint64_t)more;
  if (HOOK_RING_WORDS - (head - slot->known_tail) < needed) {
    /* Looking takes the cache line from the recorder's core: only when it matters. */
    slot->known_tail = *(volatile uint64_t*)&slot->tail;
    if (HOOK_RING_WORDS - (head - slot->known_tail) < needed) return 0;
  }

  struct Record r = {slot, head, 4, 0};
  *word(&r, 1) = entered;
  if (!undisturbed(slot)) {
    r.flags = HOOK_CLOCK_AT_ENTRY;
    arm(slot); /* first: a switch while the clock is read makes the next reading necessary, too */
    put_clock(&r);
  }
  put_arguments(&r, spec.registers, f);
  put_before(&r, spec.kind, f);
  *word(&r, 0) = number | (uint64_t)r.flags << 16 | r.at << 32;
  __atomic_store_n(&slot->phase, HOOK_BEGUN, __ATOMIC_RELEASE);

  const uint64_t result = hook_do_call(f);
  *word(&r, 2) = tsc();
  *word(&r, 3) = result;
  if (!undisturbed(slot)) {
    r.flags |= HOOK_CLOCK_AT_EXIT;
    arm(slot);
    put_clock(&r);
  }
  if (slot->long_ticks != 0 && *word(&r, 2) - entered > slot->long_ticks) {
    r.flags |= HOOK_STACK;
    put(&r, hook_ask());
  }
  put_after(&r, spec.kind, f, result);
  *word(&r, 0) = number | (uint64_t)r.flags << 16 | r.at << 32;
  slot->phase = HOOK_OUTSIDE;
  __atomic_store_n(&slot->head, head + r.at, __ATOMIC_RELEASE);
  /* Still armed: a switch since then makes the next call read the clock. */
  f->rax = result;
  return 1;
}
