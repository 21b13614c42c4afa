// Changes what a thread asks of the kernel while it is stopped at a call's entry.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace simrec::record {

/// The kernel skips the call, which then returns `result`. False when the thread is gone.
bool answer_call(pid_t tid, std::int64_t result);

/// Where a call's CLONE_UNTRACED was taken out, to put it back in every process that can see it.
/// The flag would keep the child out of the trace, and under the filter the child could make no calls at all.
struct UntracedFlag {
  enum class Place : std::uint8_t { none, first_register, memory } place = Place::none;
  std::uint64_t address = 0;  ///< of the 64-bit flags, in memory
  std::uint64_t flags = 0;    ///< as the program passed them

  explicit operator bool() const { return place != Place::none; }
};

/// Takes the flag out of a clone whose thread is stopped at entry: `address` is that of clone3's flags, 0 for clone.
UntracedFlag take_untraced_flag(pid_t tid, std::uint64_t flags, std::uint64_t address);
/// Puts it back: in the caller when the call returns, in the child at its first stop.
void restore_untraced_flag(pid_t tid, const UntracedFlag& flag);

}  // namespace simrec::record
