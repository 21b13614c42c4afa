/* Values that calls point to: timeouts, descriptors, options, paths. All of it is the program's memory, which may not
 * be readable; then the record says so. */
#include "recorder/fast/hook/hook_record.h"

void put_peeked(struct Record* r, uint64_t address) {
  const struct Peeked peeked = hook_peek(address);
  if (peeked.failed) r->flags |= HOOK_UNREADABLE;
  put(r, peeked.value);
}

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

/* Byte by byte: what lies behind a short value may not be readable. */
void put_option(struct Record* r, const struct HookFrame* f) {
  uint64_t value = 0;
  for (uint64_t i = 0; i < 8 && i < (uint32_t)f->r8; ++i) value |= hook_peek_byte(f->r10 + i).value << (i * 8);
  put(r, value);
}

uint64_t set_words(const struct HookFrame* f) { return ((uint32_t)f->rdi + 63) / 64; }

/* 0: a set that is not looked at. */
static uint64_t set_word(struct Record* r, uint64_t set, uint64_t i) {
  const struct Peeked peeked = set != 0 ? hook_peek(set + i * 8) : (struct Peeked){0, 0};
  if (peeked.failed) r->flags |= HOOK_UNREADABLE;
  return peeked.value;
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
    const struct Peeked entry = hook_peek(f->rdi + i * 8);
    if (entry.failed) r->flags |= HOOK_UNREADABLE;
    const uint64_t revents = entry.value >> 48;
    if (revents != 0) put(r, (entry.value & 0xffffffff) | revents << 32);
  }
}

void put_path(struct Record* r, uint64_t address) {
  uint64_t packed = 0;
  for (uint64_t i = 0; i < HOOK_MOST_PATH_WORDS * 8; ++i) {
    const struct Peeked byte = hook_peek_byte(address + i);
    if (byte.failed) r->flags |= HOOK_UNREADABLE;
    packed |= byte.value << (i % 8 * 8);
    if (i % 8 == 7 || byte.value == 0) {
      put(r, packed);
      packed = 0;
    }
    if (byte.value == 0) break;
  }
}
