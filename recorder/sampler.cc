#include "recorder/sampler.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include <algorithm>
#include <utility>

#include "recorder/clocks.h"
#include "recorder/quiet_stop.h"
#include "recorder/thread_status.h"

namespace simrec::record {
namespace {

using Interrupt = SampleState::Interrupt;

/// The next look at all threads comes after at least so many times what this one took.
constexpr Ns kLooksShare = 20;

/// Sends a thread that stopped in or behind a system call back to the instruction, as if it had not executed it.
void step_back(pid_t tid, user_regs_struct& registers) {
  registers.rip -= kSyscallBytes;
  registers.rax = registers.orig_rax;
  registers.orig_rax = ~std::uint64_t{0};  // no call: at an entry stop the kernel skips it
  ptrace(PTRACE_SETREGS, tid, nullptr, &registers);
}

}  // namespace

void Sampler::begin(TracedThread& thread) {
  thread.sampling = {};
  thread.sampling.sampled_at_ns = thread.clock.last().run_ns;
  thread.sampling.due_at_ns = thread.sampling.sampled_at_ns + period_ns_;
}

bool Sampler::is_due(TracedThread& thread) const {
  if (thread.clock.read().run_ns < thread.sampling.due_at_ns) return false;
  return run_state(thread.tid) == 'R';
}

bool Sampler::interrupt_due(const std::unordered_map<pid_t, std::unique_ptr<TracedThread>>& threads, Ns now_ns) {
  const Ns begin_ns = clock_now();
  bool any_outside = false;
  for (const auto& [tid, thread] : threads) {
    if (!thread->started || thread->call.active || thread->stopped || thread->at_exit) continue;
    any_outside = true;
    if (thread->sampling.interrupt != Interrupt::none || !is_due(*thread)) continue;
    if (ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0) thread->sampling.interrupt = Interrupt::sent;
  }
  next_look_ns_ = now_ns + std::max(period_ns_, kLooksShare * (clock_now() - begin_ns));
  return any_outside;
}

bool Sampler::postpones_call(TracedThread& thread) {
  Interrupt& interrupt = thread.sampling.interrupt;
  const bool was_sent = interrupt == Interrupt::sent;
  user_regs_struct registers{};
  if (!was_sent || ptrace(PTRACE_GETREGS, thread.tid, nullptr, &registers) != 0) {
    interrupt = Interrupt::none;
    return false;
  }
  interrupt = Interrupt::spent;
  step_back(thread.tid, registers);
  return true;
}

bool Sampler::interrupted(TracedThread& thread) {
  if (std::exchange(thread.sampling.interrupt, Interrupt::none) != Interrupt::sent) return false;
  restart_interrupted_call(thread.tid);
  return true;
}

Ns Sampler::weigh(TracedThread& thread, const CpuTimes& now) {
  SampleState& state = thread.sampling;
  const Ns weight = now.run_ns - std::exchange(state.sampled_at_ns, now.run_ns);
  // The clock is read at ticks, so samples come late; they keep their rate, but do not catch up in a burst.
  state.due_at_ns = std::max(state.due_at_ns + period_ns_, now.run_ns + period_ns_ / 2);
  return weight;
}

}  // namespace simrec::record
