// Turns stops of threads into events of the trace, and keeps the totals for the summary.
#pragma once

#include <algorithm>
#include <initializer_list>

#include "recorder/trace_sink.h"
#include "recorder/tracee.h"

namespace simrec::record {

/// When a thread stopped: wall clock from trace start, and its CPU times.
struct StopTime {
  Ns wall_ns = 0;
  CpuTimes cpu;
};

/// Sums over all events, tracing cost still inside.
struct Totals {
  std::uint64_t events = 0;
  std::uint64_t whole_calls[2] = {0, 0};  ///< [tracer on another core]
  std::uint64_t entry_only[2] = {0, 0};
  std::uint64_t fast_calls = 0;  ///< seen by tier 2
  std::uint64_t samples[2] = {0, 0};
  Ns burst_ns = 0;
  Ns call_cpu_ns = 0;
  Ns blocked_ns = 0;
};

class EventLog {
 public:
  explicit EventLog(TraceSink& sink) : sink_(sink) {}

  /// Before anything of a stop is recorded: fixes the burst that ended with it.
  static Ns burst_until(const TracedThread& thread, const StopTime& at) {
    return std::max<Ns>(0, at.cpu.run_ns - thread.at_last_event.run_ns);
  }

  /// The call the thread is in was seen at entry only; what follows is the next burst.
  void entry_only(TracedThread& thread);
  /// The call returned. `result` as the program sees it or -errno. `call`: the thread's, or one that was seen by
  /// tier 2 only.
  void whole_call(TracedThread& thread, CurrentCall& call, const StopTime& at, std::int64_t result);
  /// The thread died inside its call.
  void unfinished_call(TracedThread& thread, const StopTime& at);
  /// Something that is no call happened.
  void pseudo(TracedThread& thread, PseudoEvent event, const StopTime& at,
              std::initializer_list<std::int64_t> arguments = {});

  /// The thread was interrupted while it computed; `cpu_ns`: CPU time since its previous sample.
  void sample(TracedThread& thread, const StopTime& at, Ns cpu_ns, StackId stack, std::uint32_t flags);

  const Totals& totals() const { return totals_; }

 private:
  void append(TracedThread& thread, Event& event, const CpuTimes& at);

  TraceSink& sink_;
  Totals totals_;
};

}  // namespace simrec::record
