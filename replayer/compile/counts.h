// What a program cannot know and reports instead (DESIGN: the validity meter).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

enum class Count : std::uint8_t {
  expired_timeouts,
  eagain,
  external_waits,
  unmatched_futex_waits,
  spins_folded,
  failed_connects,
  unaccepted_connections,
  bytes_from_outside,
  unknown_ends,
  datagrams_lost,
  lock_winners,
  signals_from_outside,
  job_control_stops,
  shared_memory,
  io_uring,
  lost_causes,
  unmatched_children,
  unfinished_calls,
  killed_calls,
  relaxed_handlers,
  kept_exchanges,
  dealt_exchanges,
  held_back,
  lent_connections,
  paced_requests,
  ruby_lock_waits,
  python_lock_waits,
  interpreter_turns,
  core_queries,
  unseen_requests,
  last_,
};

class Counts {
 public:
  void add(Count what, std::uint64_t n = 1) { values_[static_cast<std::size_t>(what)] += n; }
  std::uint64_t operator[](Count what) const { return values_[static_cast<std::size_t>(what)]; }
  /// The ones that are not 0, with their names for people.
  std::vector<NamedValue> named() const;

 private:
  std::array<std::uint64_t, static_cast<std::size_t>(Count::last_)> values_{};
};

}  // namespace simrec::replay::causal
