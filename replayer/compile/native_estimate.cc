#include "replayer/compile/native_estimate.h"

#include <algorithm>

namespace simrec::replay::causal {
namespace {

struct Position {
  std::uint32_t thread;
  Ns time;
};

/// Index of the last event that began at or before `time`; -1 = none.
std::ptrdiff_t event_at(const ThreadEvents& events, Ns time) {
  std::size_t low = 0, high = events.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (events[middle].entry_ns <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<std::ptrdiff_t>(low) - 1;
}

const CausePoint* cause_of(const std::vector<Edge>& edges, std::uint32_t event) {
  auto it = std::ranges::lower_bound(edges, event, {}, &Edge::event);
  return it != edges.end() && it->event == event ? &it->by : nullptr;
}

/// Wall time between the event before and this one's exit that nothing but the tracing explains.
Ns unexplained(const Ledger& ledger, const Event& e, Ns previous_exit, bool waited) {
  const CorrectedTimes times = ledger.corrected(e);
  Ns explained = times.burst_ns + times.call_cpu_ns + e.ready_ns;
  Ns wall = e.exit_ns - previous_exit;
  if (waited) {  // the wait is genuine; only the stretch before the call can be judged
    wall = e.entry_ns - previous_exit;
    explained = times.burst_ns;
  }
  return std::max<Ns>(wall - explained, 0);
}

}  // namespace

Ns native_estimate(const Context& c, Ns recorded) {
  if (c.threads.empty() || c.trace.events[0].empty()) return recorded;
  Position at{0, recorded};
  Ns cost = 0;
  // Every step moves back in time or to a creator; the bound only guards against damaged traces.
  std::uint64_t steps = c.trace.event_count + c.threads.size() + 16;
  std::ptrdiff_t i = event_at(c.trace.events[0], recorded);
  while (steps-- > 0) {
    const ThreadEvents& events = c.trace.events[at.thread];
    if (i < 0) {
      const Thread& thread = c.trace.tables.threads()[at.thread];
      if (!thread.creator_plus_one || thread.creator_plus_one > c.threads.size() || thread.creator_plus_one - 1 == at.thread) break;
      at = {thread.creator_plus_one - 1, thread.start_ns};
      i = event_at(c.trace.events[at.thread], at.time);
      continue;
    }
    const Event e = events[static_cast<std::size_t>(i)];
    const Ns previous = i > 0 ? events[static_cast<std::size_t>(i - 1)].exit_ns : c.trace.tables.threads()[at.thread].start_ns;
    const CausePoint* by = at.time >= e.exit_ns ? cause_of(c.threads[at.thread].edges, static_cast<std::uint32_t>(i)) : nullptr;
    if (by && by->time < e.exit_ns && by->time > e.entry_ns) {
      cost += c.ledger.wall_cost_ns(e) / 2;  // the stop at its exit
      at = {by->thread, by->time};
      i = event_at(c.trace.events[at.thread], at.time);
      if (i >= 0) {
        // On the causing call's side only the stop at its entry is on the path.
        const Event cause = c.trace.events[at.thread][static_cast<std::size_t>(i)];
        cost += c.ledger.wall_cost_ns(cause) / 2;
        --i;
      }
      continue;
    }
    cost += std::min(c.ledger.wall_cost_ns(e), unexplained(c.ledger, e, previous, by != nullptr));
    at.time = previous;
    --i;
  }
  return std::max<Ns>(recorded - cost, 0);
}

}  // namespace simrec::replay::causal
