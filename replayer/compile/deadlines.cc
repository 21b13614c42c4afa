#include "replayer/compile/deadlines.h"

#include <algorithm>
#include <ranges>

namespace simrec::replay::causal {
namespace {

constexpr double kMuchOfTheRun = 0.3;   ///< there is work before it, and behind
constexpr double kPartOfTheRun = 0.03;  ///< of alarms one after the other in the mean: shorter ones than that, and than
constexpr Ns kTickNs = 2'000'000'000;   ///< this, are a tick
constexpr double kLeftAtItsEnd = 0.2;   ///< of its length: to collect results and to end
constexpr std::size_t kBusyCalls = 20;  ///< of who works meanwhile, or:
constexpr double kBusy = 0.2;           ///< of its length, as CPU time

/// Index of the thread's first event that begins at that time or later.
std::size_t first_from(const ThreadEvents& events, Ns time) {
  const auto indices = std::views::iota(std::size_t{0}, events.size());
  const auto found = std::ranges::lower_bound(indices, time, {}, [&](std::size_t i) { return events.entry_ns(i); });
  return static_cast<std::size_t>(found - indices.begin());
}

bool others_work(const Context& c, const ProcessState& p, const LongWait& wait) {
  std::size_t calls = 0;
  Ns cpu = 0;
  for (const std::uint32_t t : p.threads) {
    if (t + 1 == wait.thread_plus_one) continue;
    const ThreadEvents& events = c.trace.events[t];
    const std::size_t begin = first_from(events, wait.begin), end = first_from(events, wait.end);
    calls += end - begin;
    // What it computed until the end is told by the event behind it.
    for (std::size_t i = begin; calls < kBusyCalls && i < std::min(end + 1, events.size()); ++i)
      cpu += events[i].burst_ns;
  }
  return calls >= kBusyCalls || static_cast<double>(cpu) >= kBusy * static_cast<double>(wait.end - wait.begin);
}

}  // namespace

Ns deadline(const Context& c, Ns run_ns) {
  Ns longest = 0;
  for (const ProcessState& p : c.processes)
    for (const LongWait& wait : {p.longest_wait, p.most_alarms}) {
      const Ns length = wait.length();
      if (length <= longest || static_cast<double>(length) < kMuchOfTheRun * static_cast<double>(run_ns)) continue;
      const Ns part = length / wait.parts;
      if (static_cast<double>(part) < kPartOfTheRun * static_cast<double>(run_ns) && part < kTickNs) continue;
      const bool ends_with_it = p.exit_started >= 0 && static_cast<double>(p.exit_started - wait.end) <=
                                                           kLeftAtItsEnd * static_cast<double>(length);
      if (ends_with_it && others_work(c, p, wait)) longest = length;
    }
  return longest;
}

}  // namespace simrec::replay::causal
