#include "replayer/compile/merge.h"

#include <algorithm>

namespace simrec::replay::causal {
namespace {

/// More than one unit of stored wall time (500 ns), less than what any wake-up takes.
constexpr Ns kExitDelayNs = 600;

bool has_exit(const Event& event) { return event.kind < kPseudoBase && !(event.flags & (kEntryOnly | kUnfinished)); }

}  // namespace

EventMerge::EventMerge(const Trace& trace) : cursors_(trace.events.size()) {
  for (std::uint32_t t = 0; t < cursors_.size(); ++t) {
    Cursor& c = cursors_[t];
    c.events = &trace.events[t];
    if (c.events->empty()) continue;
    c.event = (*c.events)[0];
    c.time = c.event.entry_ns;
    heap_.push_back({key(c), t});
  }
  std::sort(heap_.begin(), heap_.end());
}

std::uint64_t EventMerge::key(const Cursor& cursor) {
  return (static_cast<std::uint64_t>(std::max<Ns>(cursor.time, 0)) << 1) | (cursor.phase == Phase::exit ? 1U : 0U);
}

bool EventMerge::advance(Cursor& c) {
  if (c.phase == Phase::entry && has_exit(c.event)) {
    c.phase = Phase::exit;
    c.time = std::max(c.time, c.event.exit_ns + kExitDelayNs);
    return true;
  }
  if (++c.index >= c.events->size()) return false;
  c.event = (*c.events)[c.index];
  c.phase = Phase::entry;
  c.time = std::max(c.time, c.event.entry_ns);
  return true;
}

void EventMerge::sift_down() {
  std::size_t i = 0;
  const Entry moving = heap_[0];
  for (;;) {
    std::size_t child = 2 * i + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < moving)) break;
    heap_[i] = heap_[child];
    i = child;
  }
  heap_[i] = moving;
}

bool EventMerge::next(Step& step) {
  if (started_ && !heap_.empty()) {
    Cursor& c = cursors_[heap_[0].thread];
    if (advance(c)) {
      heap_[0].key = key(c);
    } else {
      heap_[0] = heap_.back();
      heap_.pop_back();
    }
    if (!heap_.empty()) sift_down();
  }
  started_ = true;
  if (heap_.empty()) return false;
  const std::uint32_t t = heap_[0].thread;
  const Cursor& c = cursors_[t];
  step = {t, c.index, c.phase, &c.event};
  return true;
}

}  // namespace simrec::replay::causal
