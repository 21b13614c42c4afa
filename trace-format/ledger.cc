#include "trace-format/ledger.h"

#include <algorithm>
#include <array>
#include <optional>

namespace simrec {
namespace {

/// Entry and exit of the call were both intercepted; pseudo-events are a single stop.
bool is_whole_call(const Event& event) {
  return event.kind < kPseudoBase && (event.flags & (kEntryOnly | kUnfinished)) == 0;
}

}  // namespace

Ledger::Ledger(const Calibration& calibration) {
  std::array<std::array<std::optional<StopCost>, 2>, 2> known;
  for (const StopCost& stop : calibration.stops) {
    if (stop.tier == 2)
      fast_ = stop;
    else
      known[stop.whole_call][stop.same_cpu] = stop;
  }
  for (const bool whole : {false, true}) {
    for (const bool same : {false, true}) {
      // Which CPU the tracer ran on changes the cost more than a second stop does: keep that apart longest.
      for (const auto& candidate :
           {known[whole][same], known[!whole][same], known[whole][!same], known[!whole][!same]}) {
        if (!candidate) continue;
        costs_[whole][same] = *candidate;
        break;
      }
    }
  }
}

const StopCost& Ledger::cost_of(const Event& event) const {
  if ((event.flags & kFast) != 0) return fast_;
  return costs_[is_whole_call(event)][(event.flags & kCrossCpu) == 0];
}

CorrectedTimes Ledger::corrected(const Event& event) const {
  const StopCost& cost = cost_of(event);
  return {.burst_ns = std::max<Ns>(0, event.burst_ns - cost.burst_bias_ns),
          .call_cpu_ns = std::max<Ns>(0, event.call_cpu_ns - cost.call_bias_ns)};
}

Ns Ledger::residual_ns(const Event& event) const { return std::max<Ns>(0, cost_of(event).residual_ns); }

Ns Ledger::wall_cost_ns(const Event& event) const { return std::max<Ns>(0, cost_of(event).wall_ns); }

}  // namespace simrec
