// Converts time stamp counter readings of traced threads to the wall clock.
#pragma once

#include <cstdint>
#include <deque>

#include "trace-format/ids.h"

namespace simrec::record {

/// Piecewise linear through pairs read from both clocks. The kernel adjusts the rate of CLOCK_MONOTONIC, but
/// slowly: between two pairs the line is exact to some nanoseconds.
class TscClock {
 public:
  TscClock();
  /// Adds a pair. Call before converting readings made since the last call.
  void synchronise();
  /// CLOCK_MONOTONIC in ns when the counter stood at `tsc`. Never goes backwards.
  Ns monotonic_ns(std::uint64_t tsc) const;
  /// A difference of readings, in ns.
  Ns duration_ns(std::uint64_t ticks) const;

 private:
  struct Pair {
    std::uint64_t tsc;
    Ns monotonic_ns;
  };
  static Pair read_pair();
  std::deque<Pair> pairs_;
  double ns_per_tick_ = 0;
};

}  // namespace simrec::record
