// Turns records of the hook into events of the trace.
#pragma once

#include <algorithm>
#include <optional>

#include "recorder/event_log.h"
#include "recorder/fast/record.h"
#include "recorder/fast/tsc_clock.h"
#include "recorder/object_registry.h"
#include "recorder/tracee.h"

namespace simrec::record {

class FastEvents {
 public:
  FastEvents(EventLog& log, ObjectRegistry& objects, TraceSink& sink) : log_(log), objects_(objects), sink_(sink) {}

  /// CLOCK_MONOTONIC at trace start.
  void set_origin(Ns origin_ns) { origin_ns_ = origin_ns; }
  Ns origin() const { return origin_ns_; }
  /// Takes everything out of the thread's ring. Returns the words taken.
  std::uint64_t drain(TracedThread& thread);
  /// A call begun at the gate that ended otherwise: interrupted by a signal (its `result` is known), or not at all.
  /// The thread is stopped, at `at`.
  void interrupted_call(TracedThread& thread, const StopTime& at, std::int64_t result);
  bool unfinished_call(TracedThread& thread, const StopTime& at);  ///< false: it was in none
  /// Calls of at least this long ask for a call stack, see FastPath::asks_for_stack(). 0 = none.
  void set_long_calls(Ns length_ns) { long_calls_ns_ = length_ns; }
  std::uint64_t long_ticks() const;
  /// The highest stack id that was ever answered: programs can write into records.
  void know_stack(StackId stack) { highest_stack_ = std::max(highest_stack_, stack.value); }
  /// Reads the clocks: before draining, so that every record lies between two readings.
  void synchronise() { clock_.synchronise(); }

 private:
  void add(TracedThread& thread, const FastRecord& record);
  /// Takes over number, registers and entry of a record, and the burst before it.
  void begin(TracedThread& thread, const FastRecord& record, CurrentCall& call);
  void add_details(TracedThread& thread, const FastRecord& record, CurrentCall& call);
  void add_details_now(TracedThread& thread, const HookFrame& frame, std::int64_t result);
  void leave_out(TracedThread& thread, std::uint64_t until);
  bool begin_interrupted(TracedThread& thread, std::optional<std::int64_t> result);
  Ns timeout_of(const FastRecord& record) const;
  bool is_interrupted(const ClockReading& clock) const;
  Ns entered_ns(const FastRecord& record) const;
  Ns cost_of(const std::optional<ClockReading>& clock) const;
  Ns cpu_at_entry(const TracedThread& thread, const FastRecord& record) const;

  EventLog& log_;
  ObjectRegistry& objects_;
  TraceSink& sink_;
  TscClock clock_;
  Ns origin_ns_ = 0;
  Ns long_calls_ns_ = 0;
  std::uint32_t highest_stack_ = 0;
  CurrentCall call_;  ///< of the record being handled
};

}  // namespace simrec::record
