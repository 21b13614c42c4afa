#include "recorder/tracer.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "recorder/clocks.h"
#include "recorder/seccomp_filter.h"

namespace simrec::record {
namespace {

constexpr std::size_t kHandlers = 512;  // above every x86-64 call number
constexpr int kSyscallStop = SIGTRAP | 0x80;

// What an interrupted call returns inside the kernel when it is to be restarted (include/linux/errno.h).
constexpr std::int64_t kRestartSys = -512, kRestartNoInterrupt = -513, kRestartNoHandler = -514, kRestartBlock = -516;

/// A call that waited off its core at least this long gets a call stack.
constexpr Ns kBlockedForStack = 100'000;

/// At most max_unflushed_ns and this much of a recording are lost with the recorder.
constexpr Ns kTickNs = 250'000'000;

bool is_restart_code(std::int64_t result) {
  return result == kRestartSys || result == kRestartNoInterrupt || result == kRestartNoHandler ||
         result == kRestartBlock;
}

bool is_stop_signal(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/// 32-bit kinds have undefined upper halves in their registers.
std::int64_t argument_value(const Argument& argument, std::uint64_t value) {
  switch (argument.kind) {
    case ArgumentKind::fd:
    case ArgumentKind::pid:
    case ArgumentKind::signal:
      return static_cast<std::int32_t>(value);
    default:
      return static_cast<std::int64_t>(value);
  }
}

std::int64_t sender_of(const siginfo_t& info) {
  const bool from_process =
      info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL || info.si_code == SI_MESGQ;
  return from_process || info.si_signo == SIGCHLD ? info.si_pid : 0;
}

}  // namespace

Tracer::Tracer(TraceSink& sink, TracerOptions options, TracerHelpers helpers)
    : sink_(sink), options_(options), helpers_(helpers), log_(sink), objects_(sink), handlers_(kHandlers) {
  if (options_.stacks || options_.sample_hz != 0) stacks_ = std::make_unique<StackSampler>();
  if (options_.sample_hz != 0) sampler_.emplace(options_.sample_hz);
  for (const SyscallRow& row : syscall_table())
    if (row.number < kHandlers) handlers_[row.number] = {&row, decoder_of(row), row.logging == Logging::entry};
}

Tracer::~Tracer() = default;

Outcome Tracer::run(const LaunchedProcess& root) {
  root_pid_ = root.pid;
  launch_kind_ = root.kind;
  if (helpers_.live != nullptr) helpers_.live->add(root.pid);
  auto thread = std::make_unique<TracedThread>();
  thread->tid = root.pid;
  threads_.emplace(root.pid, std::move(thread));
  for (;;) {
    int status = 0;
    const pid_t tid = next_stop(status);
    if (tid < 0) break;
    now_ns_ = clock_now() - origin_ns_;
    dispatch(tid, status);
    sampling_rests_ = !sampler_;
    if (!tick_.armed() && (sampler_ || sink_.has_unflushed()))
      tick_.arm(sampler_ ? std::min(kTickNs, sampler_->period_ns()) : kTickNs);
    look_for_samples();
  }
  tick_.disarm();
  outcome_.started = !launching_;
  return outcome_;
}

pid_t Tracer::next_stop(int& status) {
  for (;;) {
    pid_t which = -1;
    if (exiting_ > 0) {
      // A thread on its way out: its last CPU time can be read only between its death and waitpid's return.
      siginfo_t info{};
      if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL) != 0) {
        if (errno != EINTR) return -1;
        on_tick();
        continue;
      }
      which = info.si_pid;
      const bool ended = info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
      if (TracedThread* thread = ended ? find(which) : nullptr) thread->clock.read();
    }
    const pid_t tid = waitpid(which, &status, __WALL);
    if (tid >= 0 || errno != EINTR) return tid;
    on_tick();
  }
}

/// No stop came for a while: what a program that waits did before must not stay in memory, where it would be lost
/// with us.
void Tracer::on_tick() {
  now_ns_ = clock_now() - origin_ns_;
  look_for_samples();
  if (!sink_.flush_when_due(now_ns_) && sampling_rests_) tick_.disarm();
}

void Tracer::look_for_samples() {
  if (sampler_ && !launching_ && sampler_->is_due(now_ns_))
    sampling_rests_ = !sampler_->interrupt_due(threads_, now_ns_);
}

void Tracer::take_sample(TracedThread& thread, const StopTime& at) {
  std::uint32_t flags = options_.event_flags;
  if (!options_.placement_known && thread.cpu.differs_from_ours(thread.tid, TraceeMemory(thread.process->pid)))
    flags |= kCrossCpu;
  StackId stack;
  if (sink_.writer() != nullptr) stack = stacks_->capture(thread.process->pid, thread.tid, *sink_.writer());
  log_.sample(thread, at, sampler_->weigh(thread, at.cpu), stack, flags);
}

void Tracer::dispatch(pid_t tid, int status) {
  if (!WIFSTOPPED(status)) return on_end(tid, status);
  TracedThread* thread = find(tid);
  const int event = status >> 16;
  if (thread == nullptr) {
    if (event == PTRACE_EVENT_STOP)
      early_.insert(tid);
    else
      resume(tid, Resume::run, event == 0 && WSTOPSIG(status) != kSyscallStop ? WSTOPSIG(status) : 0);
    return;
  }
  if (launching_ && !on_launch_stop(*thread, status)) return;
  if (!thread->started) {
    start(*thread);
    if (event == PTRACE_EVENT_STOP && !is_stop_signal(WSTOPSIG(status))) {
      resume(tid, Resume::run);
      return;
    }
  }
  on_stop(*thread, status);
}

void Tracer::on_stop(TracedThread& thread, int status) {
  const int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case PTRACE_EVENT_SECCOMP:
      return on_call_entry(thread);
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK:
    case PTRACE_EVENT_CLONE:
      return on_child(thread);
    case PTRACE_EVENT_EXEC:
      return on_exec(thread);
    case PTRACE_EVENT_EXIT:
      return on_exit_event(thread);
    case PTRACE_EVENT_STOP:
      return on_stop_event(thread, signal);
    case 0:
      return signal == kSyscallStop ? on_call_exit(thread) : on_signal(thread, signal);
    default:
      resume(thread.tid, way_on(thread));  // an event of a newer kernel: nothing to record, never hang
  }
}

StopTime Tracer::stop_time(TracedThread& thread) { return {now_ns_, thread.clock.read()}; }

CallContext Tracer::context_of(TracedThread& thread, std::int64_t result) {
  return {thread, *thread.process, thread.call, objects_, sink_, TraceeMemory(thread.process->pid), result};
}

void Tracer::on_call_entry(TracedThread& thread) {
  SyscallInfo info{};
  if (!syscall_info(thread.tid, info)) return;
  if (info.op != PTRACE_SYSCALL_INFO_SECCOMP ||
      info.seccomp.ret_data == static_cast<std::uint32_t>(StopReason::foreign_abi)) {
    if (info.op == PTRACE_SYSCALL_INFO_SECCOMP) sink_.lose("32-bit or x32 system calls");
    thread.sampling.interrupt = SampleState::Interrupt::none;
    resume(thread.tid, way_on(thread));
    return;
  }
  if (sampler_ && sampler_->postpones_call(thread)) {
    take_sample(thread, stop_time(thread));
    resume(thread.tid, Resume::run);
    return;
  }
  begin_call(thread, info, stop_time(thread));
  if (!options_.placement_known && thread.cpu.differs_from_ours(thread.tid, TraceeMemory(thread.process->pid)))
    thread.call.flags |= kCrossCpu;
  const Handler& handler = handlers_[thread.call.number];
  if (thread.call.row != nullptr && thread.call.row->extra == Extra::exec) take_modules(*thread.process);
  if (handler.decoder.at_entry != nullptr) {
    CallContext context = context_of(thread, 0);
    handler.decoder.at_entry(context);
  }
  if (handler.entry_only) {
    resume(thread.tid, Resume::run);
    log_.entry_only(thread);
  } else {
    resume(thread.tid, Resume::to_syscall_exit);
  }
}

void Tracer::begin_call(TracedThread& thread, const SyscallInfo& info, const StopTime& at) {
  CurrentCall& call = thread.call;
  const bool restarted = info.seccomp.nr == SYS_restart_syscall && call.row != nullptr;
  if (!restarted) {
    call.number = static_cast<std::uint16_t>(std::min<std::uint64_t>(info.seccomp.nr, kHandlers - 1));
    call.row = handlers_[call.number].row;
    std::ranges::copy(info.seccomp.args, call.registers.begin());
  }
  call.active = true;
  call.flags = options_.event_flags;
  call.entry_ns = now_ns_;
  call.at_entry = at.cpu;
  call.burst_ns = EventLog::burst_until(thread, at);
  call.stack = {};
  call.child_plus_one = 0;
  call.arguments.clear();
  if (call.row == nullptr) {
    call.arguments.assign(call.registers.begin(), call.registers.end());
    return;
  }
  for (const Argument& argument : call.row->arguments)
    if (argument.kind != ArgumentKind::none)
      call.arguments.push_back(argument_value(argument, call.registers[argument.reg]));
}

void Tracer::on_call_exit(TracedThread& thread) {
  SyscallInfo info{};
  if (!syscall_info(thread.tid, info)) return;
  const StopTime at = stop_time(thread);
  CurrentCall& call = thread.call;
  if (info.op != PTRACE_SYSCALL_INFO_EXIT || !call.active) {
    resume(thread.tid, Resume::run);
    return;
  }
  std::int64_t result = info.exit.rval;
  if (is_restart_code(result)) {
    // The kernel decides after this stop, by the signal's handler, between restarting and EINTR.
    if (result == kRestartSys || result == kRestartNoInterrupt) call.flags |= kRestarted;
    result = -EINTR;
  }
  const Handler& handler = handlers_[call.number];
  if (handler.decoder.at_exit != nullptr) {
    CallContext context = context_of(thread, result);
    handler.decoder.at_exit(context);
  }
  if (options_.stacks && sink_.writer() != nullptr) {
    const Ns blocked = at.wall_ns - call.entry_ns - (at.cpu.run_ns - call.at_entry.run_ns) -
                       (at.cpu.ready_ns - call.at_entry.ready_ns);
    if (blocked >= kBlockedForStack) call.stack = stacks_->capture(thread.process->pid, thread.tid, *sink_.writer());
  }
  // The thread goes on first: the event needs nothing of it any more.
  resume(thread.tid, Resume::run);
  log_.whole_call(thread, at, result);
}

void Tracer::on_signal(TracedThread& thread, int signal) {
  const auto info = signal_info(thread.tid);
  const StopTime at = stop_time(thread);
  resume(thread.tid, way_on(thread), signal);
  log_.pseudo(thread, PseudoEvent::signal, at, {signal, info ? info->si_code : 0, info ? sender_of(*info) : 0});
}

void Tracer::on_stop_event(TracedThread& thread, int signal) {
  const StopTime at = stop_time(thread);
  if (sampler_ && sampler_->interrupted(thread) && !thread.call.active) take_sample(thread, at);
  if (is_stop_signal(signal)) {
    resume(thread.tid, Resume::listen);
    if (!thread.stopped) log_.pseudo(thread, PseudoEvent::stopped, at, {signal});
    thread.stopped = true;
    return;
  }
  resume(thread.tid, way_on(thread));
  if (thread.stopped) log_.pseudo(thread, PseudoEvent::continued, at);
  thread.stopped = false;
}

}  // namespace simrec::record
