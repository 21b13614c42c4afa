// Reads the records that the hook leaves in a ring (hook_abi.h describes them).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "recorder/fast/hook_abi.h"

namespace simrec::record {

/// A thread clock reading, and the TSC right before and right after it was taken.
struct ClockReading {
  std::uint64_t cpu_ns = 0, tsc_before = 0, tsc_after = 0;
};

struct FastRecord {
  std::uint16_t number = 0;
  std::uint16_t flags = 0;  ///< HookRecordFlag
  std::uint64_t entry_tsc = 0, exit_tsc = 0;
  std::int64_t result = 0;
  std::optional<ClockReading> clock_at_entry, clock_at_exit;
  std::uint64_t stack = 0;  ///< as the recorder answered
  std::array<std::uint64_t, 6> registers{};
  std::span<const std::uint64_t> before, after;  ///< words by kind
};

/// The beginning of words by kind, as the hook wrote it; nullopt when there are too few.
template <class T>
std::optional<T> words_as(std::span<const std::uint64_t> words) {
  if (words.size_bytes() < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, words.data(), sizeof value);
  return value;
}

/// TSC until which the hook asked the kernel for the recorder behind the call; nullopt when it did not, or when the
/// thread was switched off its core meanwhile.
std::optional<std::uint64_t> asked_until(const FastRecord& record);

/// The record in `words`; nullopt when they are no record. `finished` = false: the call is still under way, and only
/// what is known before it is there.
std::optional<FastRecord> parse_record(std::span<const std::uint64_t> words, bool finished = true);

/// Takes records out of a slot that the program can write to at any time: trusts nothing in it. Looks at what is
/// there once, and says what it took rarely: each look or word takes the cache line from the program's core.
class RingReader {
 public:
  explicit RingReader(HookSlot& slot);
  ~RingReader();
  RingReader(const RingReader&) = delete;
  RingReader& operator=(const RingReader&) = delete;

  /// The next of the records that were finished when this reader was made; valid until the next call. nullopt: none,
  /// or see damaged().
  std::optional<FastRecord> next();
  /// The call the thread is in right now at the gate, if any. The thread is stopped.
  std::optional<FastRecord> begun();
  bool damaged() const { return damaged_; }
  /// Words that were waiting to be taken.
  std::uint64_t waiting() const { return end_ - begin_; }

 private:
  std::optional<std::span<const std::uint64_t>> copy(std::uint64_t at, std::uint64_t limit);
  void release();

  HookSlot& slot_;
  std::uint64_t begin_, end_, at_, released_;
  std::vector<std::uint64_t> words_;
  bool damaged_ = false;
};

}  // namespace simrec::record
