/* What the parts of the hook share: the record being written, own calls, and looking at the program's memory. */
#pragma once

#include <asm/unistd.h>
#include <stddef.h>

#include "recorder/fast/hook_abi.h"

/* A record being written: at `at` words behind the ring's head. */
struct Record {
  struct HookSlot* slot;
  uint64_t begin, at;
  uint16_t flags;
};

struct Peeked {
  uint64_t value, failed;
};
extern struct Peeked hook_peek(uint64_t address);
extern struct Peeked hook_peek_byte(uint64_t address);
extern uint64_t hook_own_call(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);

enum { kMostErrno = 4095, kNotHere = -1 };

static inline uint64_t tsc(void) {
  uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return (uint64_t)high << 32 | low;
}

static inline uint64_t* word(struct Record* r, uint64_t i) { return &r->slot->ring[(r->begin + i) % HOOK_RING_WORDS]; }
static inline void put(struct Record* r, uint64_t value) { *word(r, r->at++) = value; }
static inline int failed(uint64_t result) { return result > (uint64_t)-kMostErrno - 1; }

/* One word, or a timespec's two (address 0: -1, 0). */
void put_peeked(struct Record* r, uint64_t address);
void put_timeout(struct Record* r, uint64_t address);
/* TCP_NODELAY of IPPROTO_TCP, SO_LINGER of SOL_SOCKET; and what setsockopt sets them to. */
int option_matters(uint32_t level, uint32_t option);
void put_option(struct Record* r, const struct HookFrame* f);
/* Of select: words of one of its three sets, 64 descriptors each; how many descriptors are in any; all words. */
uint64_t set_words(const struct HookFrame* f);
void put_watched(struct Record* r, const struct HookFrame* f);
void put_sets(struct Record* r, const struct HookFrame* f);
/* What poll found ready. */
void put_ready(struct Record* r, const struct HookFrame* f);
/* A path's words, zero-padded. */
void put_path(struct Record* r, uint64_t address);

/* TCP has neither addresses of messages nor descriptors passed with them. */
int is_tcp(struct HookSlot* slot, uint64_t fd);

/* Words of a call that makes or names a socket, kNotHere for those that are left to tier 1: see sockets.c. */
int64_t socket_room(uint8_t kind, struct HookSlot* slot);
void socket_before(struct Record* r, const struct HookFrame* f);
/* Returns 1 when a HookSocket was put, but for its last word. */
int socket_after(struct Record* r, uint8_t kind, const struct HookFrame* f, uint64_t result);
