// Observer ledger of tier 2: what the hook adds to bursts and calls.
#include <algorithm>
#include <cmath>

#include "recorder/calibrate.h"
#include "recorder/calibrate_runs.h"
#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

/// Differences of single calls, ns.
struct Differences {
  std::vector<double> burst, call, wall;
};

double ns_per_tick(const KnownRun& run) {
  return static_cast<double>(run.wall_ns) / static_cast<double>(std::max<std::uint64_t>(run.ticks, 1));
}

/// The program takes the time of each burst itself, also while recorded: each recorded burst has its own truth.
void compare(const std::vector<Event>& events, const KnownRun& recorded, const std::vector<Slot>& native,
             Differences& differences) {
  const double rate = ns_per_tick(recorded);
  const std::size_t slots = native.size();
  for (std::size_t i = kSkippedTurns * slots; i < kTurns * slots; ++i) {
    const Event& event = events[i];
    if ((event.flags & kFast) == 0) continue;
    const KnownCall& own = recorded.whole[i];
    differences.burst.push_back(static_cast<double>(event.burst_ns) - static_cast<double>(own.burst_ticks) * rate);
    differences.call.push_back(static_cast<double>(event.call_cpu_ns) - native[i % slots].call);
    differences.wall.push_back(static_cast<double>(own.call_ticks) * rate - native[i % slots].call);
  }
}

}  // namespace

std::optional<StopCost> calibrate_fast(const RecordChild& record) {
  constexpr int kRecordedRuns = 4;
  SharedRun shared;
  const std::vector<KnownRun> untraced = untraced_runs(shared);
  if (untraced.empty()) return std::nullopt;
  const std::size_t slots = whole_calls().size();
  const auto native = slots_of(untraced, &KnownRun::whole, slots);
  Differences differences;
  for (int i = 0; i < kRecordedRuns; ++i) {
    const auto events = known_events(record([&shared] { run_known_program(*shared); }, Placement::free));
    if (!events.empty()) compare(events, *shared, native, differences);
  }
  if (differences.burst.size() < kTurns) return std::nullopt;
  StopCost cost;
  cost.tier = 2;
  const double bias = trimmed_mean(differences.burst);
  cost.burst_bias_ns = to_ns(bias);
  cost.call_bias_ns = to_ns(trimmed_mean(differences.call));
  cost.wall_ns = to_ns(trimmed_mean(differences.wall));
  for (double& difference : differences.burst) difference = std::abs(difference - bias);
  cost.residual_ns = to_ns(median(differences.burst));
  return cost;
}

}  // namespace simrec::record
