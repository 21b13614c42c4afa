// Interrupts threads that compute for long without a call, so that compute time can be told by function.
//
// Design: a periodic tick wakes the tracer; who used a period of CPU time since its last sample, is in no recorded
// call and runs, gets PTRACE_INTERRUPT. The stop comes in user code, or where the thread entered a call meanwhile: at
// a recorded one's entry the tracer sees that first and sends the thread back to the instruction, so that the call
// begins only after the interrupt; out of others the kernel throws it with EINTR or restarts it itself, and
// we undo the former. No call fails, or returns early, because of a sample.
#pragma once

#include <sys/types.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "recorder/tracee.h"

namespace simrec::record {

class Sampler {
 public:
  static constexpr unsigned kMostHz = 1000;

  /// At most `hz` samples per second of a thread's CPU time; 1 to kMostHz.
  explicit Sampler(unsigned hz) : period_ns_(1'000'000'000 / static_cast<Ns>(hz)) {}

  Ns period_ns() const { return period_ns_; }
  bool is_due(Ns now_ns) const { return now_ns >= next_look_ns_; }
  /// Looks at all threads and interrupts those whose turn it is. False when no thread is outside a recorded call: then
  /// there is nothing to look at again before the next stop.
  bool interrupt_due(const std::unordered_map<pid_t, std::unique_ptr<TracedThread>>& threads, Ns now_ns);

  /// The thread's CPU time counts from here on.
  void begin(TracedThread& thread);
  /// At a recorded call's entry. True: an interrupt is on its way; the thread was sent back to its system call
  /// instruction, is to be resumed, and enters the call again later.
  bool postpone_call(TracedThread& thread);
  /// At an interrupt's stop. True: it was ours; `cpu_ns` is the thread's CPU time since its previous sample.
  bool take(TracedThread& thread, const CpuTimes& now, Ns& cpu_ns);

 private:
  bool is_due(TracedThread& thread) const;

  Ns period_ns_;
  Ns next_look_ns_ = 0;
};

}  // namespace simrec::record
