// Removes what recording itself cost from an event's times (DESIGN: the observer ledger).
#pragma once

#include "trace-format/model.h"

namespace simrec {

/// Times of one event with the tracing cost removed; never negative.
struct CorrectedTimes {
  Ns burst_ns = 0;     ///< CPU time of the program before the call
  Ns call_cpu_ns = 0;  ///< CPU time of the call itself
};

/// The calibrated ledger of a trace, ready for lookups.
class Ledger {
 public:
  explicit Ledger(const Calibration& calibration);

  /// An event's CPU times without the interception's share.
  CorrectedTimes corrected(const Event& event) const;

  /// By how much the CPU time removed from this event may be wrong (calibrated).
  Ns residual_ns(const Event& event) const;

  /// Wall-clock time that intercepting this event added (calibrated).
  Ns wall_cost_ns(const Event& event) const;

 private:
  const StopCost& cost_of(const Event& event) const;
  StopCost costs_[2][2];  ///< of tier 1: [whole call][same CPU]
  StopCost fast_;         ///< of tier 2
};

}  // namespace simrec
