#include "replayer/compile/native_estimate.h"

#include <algorithm>
#include <cmath>

#include "replayer/compile/recorder_load.h"
#include "replayer/program/delayed_acknowledgement.h"

namespace simrec::replay::causal {
namespace {

/// How many elements at the beginning of a sequence `come_before` something; those are all that do. Looks near `guess`
/// first.
template <class ComeBefore>
std::size_t count_before(std::size_t size, std::size_t guess, const ComeBefore& come_before) {
  std::size_t low = 0, high = size, step = 1;
  for (std::size_t at = std::min(guess, size); low < high; step *= 2) {
    at = std::clamp(at, low, high - 1);
    if (come_before(at)) {
      low = at + 1;
      at += step;
    } else {
      high = at;
      at -= std::min(at, step);
    }
    if (at >= low && at < high) continue;
    at = low + (high - low) / 2;  // it lies in between
  }
  return low;
}

/// What recording had to do with a thread's waiting so long for something that had happened already: not everything, if
/// that is as long as only TCP lets one wait.
Ns of_lag(Ns lag) { return lag < kDelayedAcknowledgement ? lag : lag - kDelayedAcknowledgement; }

/// A stop that takes longer than this was a wait whose end the trace does not explain: a few time slices of Linux's
/// scheduler (3 ms) for the program's threads and the recorder's, as recordings on busy cores show.
constexpr Ns kLongestStop = 20'000'000;

class PathWalk {
 public:
  /// Of a run that ended in thread 0 at `end`.
  PathWalk(const Context& c, Ns end)
      : c_(c), recorder_(c.trace, c.ledger, end), places_(c.threads.size()), end_(end), time_(end) {}

  NativeEstimate estimate() {
    index_ = event_at(end_);
    // Every step moves back in time or to a creator; the bound only guards against damaged traces.
    for (std::uint64_t steps = c_.trace.event_count + c_.threads.size() + 16; steps > 0 && step(); --steps) {
    }
    const RecorderLoad::Shares off_core = recorder_.shares();
    return {std::max<Ns>(end_ - cost_ - off_core.recorder, 0), off_core.crowded};
  }

 private:
  const ThreadEvents& events() const { return c_.trace.events[thread_]; }

  bool step() {
    if (index_ < 0) return go_to_creator();
    const Event e = events()[static_cast<std::size_t>(index_)];
    const Ns previous = index_ > 0 ? events()[static_cast<std::size_t>(index_ - 1)].exit_ns
                                   : c_.trace.tables.threads()[thread_].start_ns;
    const CausePoint* by = time_ >= e.exit_ns ? cause_of(static_cast<std::uint32_t>(index_)) : nullptr;
    if (by && by->time > previous && by->time < e.exit_ns) {
      follow(e, *by);
      return true;
    }
    const CorrectedTimes times = c_.ledger.corrected(e);
    cost_ += cost_before(e, previous);
    if (time_ >= e.exit_ns) {
      const Ns inside = std::max<Ns>(e.exit_ns - e.entry_ns - times.call_cpu_ns - e.ready_ns, 0);
      // Who waits when a recording ends waits for something that is not in it.
      const bool genuine = (e.flags & kUnfinished) != 0 || (by && by->time == kGenuineWait);
      cost_ += genuine ? std::min(inside, c_.ledger.wall_cost_ns(e)) : of_interception(inside, e, e.entry_ns);
      if (!genuine) recorder_.note(e.ready_ns, 0, e.entry_ns, e.exit_ns);
    }
    time_ = previous;
    --index_;
    return true;
  }

  /// Of the time without CPU from `since` to the end of a call that nothing in the trace explains. With stops, all of
  /// it, unless that is longer than stops are. The fast path makes nobody wait but by what it computes and the recorder
  /// with it: a thread that was off the CPU otherwise had to leave its core to another one, often to the one that the
  /// call had woken.
  Ns of_interception(Ns unexplained, const Event& e, Ns since) {
    const bool too_long = unexplained > kLongestStop;
    if (!too_long && (e.flags & kFast) == 0) return of_lag(unexplained);
    const Ns known = std::min(unexplained, c_.ledger.wall_cost_ns(e));
    if (too_long) return known;
    recorder_.note(unexplained - known, of_lag(unexplained - known), since, e.exit_ns);
    return known;
  }

  /// Of the time between two events of a thread that was no computing.
  Ns cost_before(const Event& e, Ns previous) {
    const Ns before = std::max<Ns>(e.entry_ns - previous - c_.ledger.corrected(e).burst_ns, 0);
    if ((e.flags & kPrepared) != 0) return before;
    const Ns at_least = std::min(before, c_.ledger.wall_cost_ns(e));
    recorder_.note(before - at_least, 0, previous, e.entry_ns);
    return at_least;
  }

  bool go_to_creator() {
    const Thread& thread = c_.trace.tables.threads()[thread_];
    if (!thread.creator_plus_one || thread.creator_plus_one > c_.threads.size() ||
        thread.creator_plus_one - 1 == thread_)
      return false;
    go_to(thread.creator_plus_one - 1, std::min(thread.start_ns, time_));
    return true;
  }

  /// From a wait's end to the call that ended it.
  void follow(const Event& waiting, const CausePoint& by) {
    const CorrectedTimes times = c_.ledger.corrected(waiting);
    Ns explained = times.call_cpu_ns / 2 + c_.program.wake_up_ns;
    const Ns span = waiting.exit_ns - by.time;
    go_to(by.thread, by.time);
    if (index_ >= 0) {
      const Event cause = events()[static_cast<std::size_t>(index_)];
      explained += c_.ledger.corrected(cause).call_cpu_ns + waiting.ready_ns;
      recorder_.note(waiting.ready_ns, 0, by.time, waiting.exit_ns);
      if (cause.entry_ns == by.time) {
        // What stands before the causing call is judged now; the call itself is in the span.
        const Ns previous = index_ > 0 ? events()[static_cast<std::size_t>(index_ - 1)].exit_ns
                                       : c_.trace.tables.threads()[thread_].start_ns;
        cost_ += cost_before(cause, previous);
        time_ = previous;
        --index_;
      }
    }
    // Less than explained: cores do not halt while simrec records, so threads wake up sooner than on this host.
    const Ns unexplained = std::max(span - explained, -c_.program.wake_up_ns);
    cost_ += unexplained > 0 ? of_interception(unexplained, waiting, by.time) : unexplained;
  }

  void go_to(std::uint32_t thread, Ns time) {
    thread_ = thread;
    time_ = time;
    index_ = event_at(time);
  }

  /// Index of the thread's last event that began at or before `time`; -1 = none.
  std::ptrdiff_t event_at(Ns time) {
    std::size_t& place = places_[thread_].event;
    place = count_before(events().size(), place, [&](std::size_t i) { return events().entry_ns(i) <= time; });
    return static_cast<std::ptrdiff_t>(place) - 1;
  }

  const CausePoint* cause_of(std::uint32_t event) {
    const Edges& edges = c_.threads[thread_].edges;
    std::size_t& place = places_[thread_].edge;
    place = count_before(edges.size(), place, [&](std::size_t i) { return edges[i].event < event; });
    return place < edges.size() && edges[place].event == event ? &edges[place].by : nullptr;
  }

  const Context& c_;
  RecorderLoad recorder_;
  /// Where the walk was last in a thread: it goes back in time, so the next search ends near there.
  struct Place {
    std::size_t event = SIZE_MAX, edge = SIZE_MAX;
  };
  std::vector<Place> places_;  ///< by thread
  Ns end_;
  std::uint32_t thread_ = 0;
  Ns time_;
  std::ptrdiff_t index_ = -1;
  Ns cost_ = 0;
};

}  // namespace

NativeEstimate native_estimate(const Context& c, Ns recorded) { return PathWalk(c, recorded).estimate(); }

}  // namespace simrec::replay::causal
