// Observer ledger: runs a program whose bursts and calls are known, untraced and under the recorder's own
// interception path, and takes the differences.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <span>
#include <vector>

#include "recorder/calibrate.h"
#include "recorder/calibrate_program.h"
#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

constexpr int kNativeRuns = 3;

/// A KnownRun in memory shared with children.
class SharedRun {
 public:
  SharedRun() {
    void* memory =
        mmap(nullptr, sizeof(KnownRun), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    run_ = new (memory) KnownRun{};
  }
  ~SharedRun() { munmap(run_, sizeof(KnownRun)); }
  SharedRun(const SharedRun&) = delete;
  SharedRun& operator=(const SharedRun&) = delete;
  KnownRun& operator*() { return *run_; }

 private:
  KnownRun* run_;
};

/// Runs the known program in an untraced child; false when that failed.
bool run_untraced(KnownRun& run) {
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    run_known_program(run);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return false;
  return status == 0;
}

/// What one call of a turn and the burst before it take, ns.
struct Slot {
  double burst = 0, call = 0;
};

using Phase = KnownCall (KnownRun::*)[KnownRun::kMaxCalls];

/// A phase's slots: over all turns of all runs but the first turns.
std::vector<Slot> native_slots(const std::vector<KnownRun>& runs, Phase phase, std::size_t slots) {
  std::vector<Slot> result;
  for (std::size_t s = 0; s < slots; ++s) {
    std::vector<double> burst, call;
    for (const KnownRun& run : runs) {
      const double rate = static_cast<double>(run.wall_ns) / static_cast<double>(std::max<std::uint64_t>(run.ticks, 1));
      for (std::size_t turn = kSkippedTurns; turn < kTurns; ++turn) {
        const KnownCall& known = (run.*phase)[turn * slots + s];
        burst.push_back(static_cast<double>(known.burst_ticks) * rate);
        call.push_back(static_cast<double>(known.call_ticks) * rate);
      }
    }
    result.push_back({trimmed_mean(burst), trimmed_mean(call)});
  }
  return result;
}

/// The known program's own calls: the last ones of its kinds, the phases one after the other.
std::vector<Event> known_events(const std::vector<Event>& events) {
  const auto belongs = [](std::span<const int> calls, const Event& event) {
    return std::ranges::count(calls, int{event.kind}) > 0;
  };
  std::vector<Event> found;
  for (const Event& event : events)
    if (belongs(whole_calls(), event) || belongs(entry_calls(), event)) found.push_back(event);
  const std::size_t wanted = kTurns * (whole_calls().size() + entry_calls().size());
  if (found.size() < wanted) return {};
  found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(wanted));
  return found;
}

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
  std::vector<KnownRun> untraced;
  SharedRun shared;
  for (int i = 0; i < kNativeRuns; ++i)
    if (run_untraced(*shared)) untraced.push_back(*shared);
  if (untraced.empty()) return ledger;
  const auto native_whole = native_slots(untraced, &KnownRun::whole, whole_calls().size());
  const auto native_entry = native_slots(untraced, &KnownRun::entry, entry_calls().size());
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
