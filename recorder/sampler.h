// Interrupts threads that compute for long without a call, so that compute time can be told by function.
//
// Design: a periodic tick wakes the tracer; who used a period of CPU time since its last sample, is in no recorded
// call and runs, gets PTRACE_INTERRUPT. The stop comes in user code, or where the thread entered a call meanwhile. At
// a recorded one's entry the tracer sees that first; the kernel then counts the interrupt as taken or not, depending
// on which came first, but would end the call's wait in either case. So the sample is taken there and the thread sent
// back to its system call instruction, to enter the call again with nothing pending. Out of other calls the kernel
// throws the thread with EINTR, which we undo, or restarts them itself. No call fails, or returns early, because of a
// sample.
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
  /// At a call's entry. True: take a sample, then resume the thread; it was sent back and enters the call again.
  bool postpones_call(TracedThread& thread);
  /// At an interrupt's stop. True: it was ours; take a sample.
  bool interrupted(TracedThread& thread);
  /// The sample's weight: the thread's CPU time since its previous one.
  Ns weigh(TracedThread& thread, const CpuTimes& now);

 private:
  bool is_due(TracedThread& thread) const;

  Ns period_ns_;
  Ns next_look_ns_ = 0;
};

}  // namespace simrec::record
