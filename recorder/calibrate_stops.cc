// Observer ledger: runs a program whose bursts and calls are known, untraced and under the recorder's own
// interception path, and takes the differences.
#include <cmath>
#include <span>
#include <vector>

#include "recorder/calibrate.h"
#include "recorder/calibrate_runs.h"
#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

/// The ledger's entry from one phase's events; false when they are not the known program's.
bool ledger_entry(std::span<const Event> events, std::span<const int> calls, const std::vector<Slot>& native,
                  StopCost& cost) {
  const std::size_t slots = calls.size();
  std::vector<std::vector<double>> burst(slots), call(slots);
  std::vector<double> wall, deviation;
  for (std::size_t i = 0; i < events.size(); ++i)
    if (events[i].kind != calls[i % slots]) return false;
  for (std::size_t i = kSkippedTurns * slots; i < events.size(); ++i) {
    const std::size_t s = i % slots, previous = (i + slots - 1) % slots;
    // After an entry-only stop the call itself runs unseen, inside the next burst.
    const double untraced = native[s].burst + (cost.whole_call ? 0 : native[previous].call);
    burst[s].push_back(static_cast<double>(events[i].burst_ns) - untraced);
    if (cost.whole_call) call[s].push_back(static_cast<double>(events[i].call_cpu_ns) - native[s].call);
    wall.push_back(static_cast<double>(events[i].entry_ns - events[i - 1].entry_ns) - native[s].burst -
                   native[previous].call);
  }
  double burst_sum = 0, call_sum = 0;
  for (std::size_t s = 0; s < slots; ++s) burst_sum += trimmed_mean(burst[s]), call_sum += trimmed_mean(call[s]);
  const double burst_bias = burst_sum / static_cast<double>(slots), call_bias = call_sum / static_cast<double>(slots);
  for (std::size_t s = 0; s < slots; ++s)
    for (std::size_t i = 0; i < burst[s].size(); ++i)
      deviation.push_back(std::abs(burst[s][i] - burst_bias + (cost.whole_call ? call[s][i] - call_bias : 0)));
  cost.burst_bias_ns = to_ns(burst_bias);
  cost.call_bias_ns = to_ns(call_bias);
  cost.wall_ns = to_ns(trimmed_mean(wall));
  cost.residual_ns = to_ns(median(deviation));
  return true;
}

}  // namespace

std::vector<StopCost> calibrate_stops(const RecordChild& record) {
  std::vector<StopCost> ledger;
  SharedRun shared;
  const std::vector<KnownRun> untraced = untraced_runs(shared);
  if (untraced.empty()) return ledger;
  const auto native_whole = slots_of(untraced, &KnownRun::whole, whole_calls().size());
  const auto native_entry = slots_of(untraced, &KnownRun::entry, entry_calls().size());
  std::vector<Placement> placements{Placement::sameCpu};
  if (allowed_cores().size() > 1) placements.push_back(Placement::crossCpu);
  for (const Placement placement : placements) {
    const std::vector<Event> events = known_events(record([&shared] { run_known_program(*shared); }, placement));
    if (events.empty()) continue;
    const std::span all(events);
    StopCost cost;
    cost.same_cpu = placement == Placement::sameCpu;
    cost.whole_call = true;
    const std::size_t whole = kTurns * whole_calls().size();
    if (ledger_entry(all.first(whole), whole_calls(), native_whole, cost)) ledger.push_back(cost);
    cost.whole_call = false;
    if (ledger_entry(all.subspan(whole), entry_calls(), native_entry, cost)) ledger.push_back(cost);
  }
  return ledger;
}

}  // namespace simrec::record
