/* Values that calls point to: timeouts, descriptors, options, paths. All of it is the program's memory, which may not
 * be readable; then the record says so. */
#include "recorder/fast/hook/hook_record.h"

static uint64_t known(struct Record* r, struct Peeked peeked) {
  if (peeked.failed) r->flags |= HOOK_UNREADABLE;
  return peeked.value;
}

void put_peeked(struct Record* r, uint64_t address) { put(r, known(r, hook_peek(address))); }

void put_timeout(struct Record* r, uint64_t address) {
  if (address == 0) {
    put(r, (uint64_t)-1);
    put(r, 0);
    return;
  }
  put_peeked(r, address);
  put_peeked(r, address + 8);
}

int option_matters(uint32_t level, uint32_t option) {
  return (level == 6 && option == 1) || (level == 1 && option == 13);
}

/* Byte by byte: what lies behind an int may not be readable. */
void put_option(struct Record* r, const struct HookFrame* f) {
  const uint32_t given = (uint32_t)f->r8;
  const uint64_t bytes = given >= 8 ? 8 : given >= 4 ? 4 : 0;
  uint64_t value = 0;
  for (uint64_t i = 0; i < bytes; ++i) value |= hook_peek_byte(f->r10 + i).value << (i * 8);
  put(r, value);
}

uint64_t set_words(const struct HookFrame* f) { return ((uint32_t)f->rdi + 63) / 64; }

/* 0: a set that is not looked at. */
static uint64_t set_word(struct Record* r, uint64_t set, uint64_t i) {
  return set != 0 ? known(r, hook_peek(set + i * 8)) : 0;
}

void put_watched(struct Record* r, const struct HookFrame* f) {
  uint64_t watched = 0;
  for (uint64_t i = 0; i < set_words(f); ++i) {
    uint64_t any = set_word(r, f->rsi, i) | set_word(r, f->rdx, i) | set_word(r, f->r10, i);
    const uint64_t left = (uint32_t)f->rdi - i * 64;
    if (left < 64) any &= ((uint64_t)1 << left) - 1;
    for (; any != 0; any &= any - 1) ++watched;
  }
  put(r, watched);
}

void put_sets(struct Record* r, const struct HookFrame* f) {
  const uint64_t sets[] = {f->rsi, f->rdx, f->r10};
  for (int s = 0; s < 3; ++s)
    for (uint64_t i = 0; i < set_words(f); ++i) put(r, set_word(r, sets[s], i));
}

void put_ready(struct Record* r, const struct HookFrame* f) {
  for (uint64_t i = 0; i < f->rsi; ++i) {
    const uint64_t entry = known(r, hook_peek(f->rdi + i * 8)), revents = entry >> 48;
    if (revents != 0) put(r, (entry & 0xffffffff) | revents << 32);
  }
}

void put_path(struct Record* r, uint64_t address) {
  uint64_t packed = 0;
  for (uint64_t i = 0; i < HOOK_MOST_PATH_WORDS * 8; ++i) {
    const uint64_t byte = known(r, hook_peek_byte(address + i));
    packed |= byte << (i % 8 * 8);
    if (i % 8 == 7 || byte == 0) {
      put(r, packed);
      packed = 0;
    }
    if (byte == 0) break;
  }
}
