// Observer ledger of tier 2: what the hook adds to bursts and calls.
#include <sys/syscall.h>

#include <algorithm>
#include <cmath>
#include <span>

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
void compare_bursts(std::span<const Event> events, const KnownRun& recorded, Differences& differences) {
  const double rate = ns_per_tick(recorded);
  for (std::size_t i = kSkippedTurns * whole_calls().size(); i < events.size(); ++i) {
    if ((events[i].flags & kFast) == 0) continue;
    differences.burst.push_back(static_cast<double>(events[i].burst_ns) -
                                static_cast<double>(recorded.whole[i].burst_ticks) * rate);
  }
}

/// Calls have no truth of their own, only what they take untraced: the shortest call is the steadiest.
void compare_calls(std::span<const Event> events, const KnownRun& recorded, const std::vector<Slot>& native,
                   Differences& differences) {
  const double rate = ns_per_tick(recorded);
  for (std::size_t i = kSkippedTurns * native.size(); i < events.size(); ++i) {
    if ((events[i].flags & kFast) == 0 || events[i].kind != SYS_close) continue;
    const double untraced = native[i % native.size()].call;
    differences.call.push_back(static_cast<double>(events[i].call_cpu_ns) - untraced);
    differences.wall.push_back(static_cast<double>(recorded.entry[i].call_ticks) * rate - untraced);
  }
}

}  // namespace

std::optional<StopCost> calibrate_fast(const RecordChild& record) {
  constexpr int kRecordedRuns = 3;
  SharedRun shared;
  const std::vector<KnownRun> untraced = untraced_runs(shared);
  if (untraced.empty()) return std::nullopt;
  const auto native = slots_of(untraced, &KnownRun::entry, entry_calls().size());
  const std::size_t whole = kTurns * whole_calls().size();
  Differences differences;
  for (int i = 0; i < kRecordedRuns; ++i) {
    const auto events = known_events(record([&shared] { run_known_program(*shared); }, Placement::free));
    if (events.empty()) continue;
    compare_bursts(std::span(events).first(whole), *shared, differences);
    compare_calls(std::span(events).subspan(whole), *shared, native, differences);
  }
  if (std::min(differences.burst.size(), differences.call.size()) < kTurns) return std::nullopt;
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
