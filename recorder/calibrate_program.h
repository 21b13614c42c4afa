// The program that the observer ledger is calibrated with: a small server and its client in one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace simrec::record {

/// One call of the known program, with what it took by the program's own time-stamp counter.
/// Filled by the run itself, so it must lie in memory shared with the child.
struct KnownCall {
  std::uint64_t burst_ticks = 0;  ///< before the call
  std::uint64_t call_ticks = 0;
};

/// Calls per turn: first the ones that are intercepted whole, then the entry-only ones, each in a phase of its own.
inline constexpr std::size_t kTurns = 48, kSkippedTurns = 8;  ///< the first turns only warm the caches
std::span<const int> whole_calls();                           ///< system call numbers of one turn of the first phase
std::span<const int> entry_calls();                           ///< of the second

/// Notes of one run. Trivially copyable: lives in shared memory.
struct KnownRun {
  static constexpr std::size_t kMaxCalls = kTurns * 8;
  KnownCall whole[kMaxCalls], entry[kMaxCalls];
  std::uint64_t ticks = 0;  ///< of the whole run; with wall_ns the counter's rate
  std::int64_t wall_ns = 0;
};

/// Runs it: between any two calls a short burst over a working set of some kilobytes, as in an event-driven server.
/// A bare spin loop would keep its few cache lines across a stop and show too small a cost.
void run_known_program(KnownRun& run);

}  // namespace simrec::record
