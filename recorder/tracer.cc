#include "recorder/tracer.h"

#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "recorder/clocks.h"
#include "recorder/restart_codes.h"
#include "recorder/seccomp_filter.h"
#include "recorder/stops.h"

namespace simrec::record {
namespace {

constexpr std::size_t kHandlers = 512;  // above every x86-64 call number

/// A call that waited off its core at least this long gets a call stack.
constexpr Ns kBlockedForStack = 100'000;

/// At most max_unflushed_ns and this much of a recording are lost with the recorder.
constexpr Ns kTickNs = 250'000'000;

/// Rings are drained so often that they are about a quarter full each time.
constexpr Ns kShortestDrainNs = 125'000, kLongestDrainNs = 32'000'000;
constexpr double kRingFull = 0.3, kRingEmpty = 0.1;

/// Calls after which the hook's own calls might be forbidden, or its use of the GS base. The filter stops their
/// relevant variants only.
bool isolates_itself(std::uint64_t number) {
  return number == SYS_seccomp || number == SYS_prctl || number == SYS_arch_prctl;
}

std::int64_t sender_of(const siginfo_t& info) {
  const bool from_process =
      info.si_code == SI_USER || info.si_code == SI_QUEUE || info.si_code == SI_TKILL || info.si_code == SI_MESGQ;
  return from_process || info.si_signo == SIGCHLD ? info.si_pid : 0;
}

}  // namespace

Tracer::Tracer(TraceSink& sink, TracerOptions options, TracerHelpers helpers)
    : sink_(sink),
      options_(options),
      helpers_(helpers),
      log_(sink),
      objects_(sink),
      fast_(log_, objects_, sink, options.fast),
      handlers_(kHandlers) {
  if (options_.stacks || options_.sample_hz != 0) stacks_ = std::make_unique<StackSampler>();
  if (options_.sample_hz != 0) sampler_.emplace(options_.sample_hz);
  if (options_.stacks) fast_.events().set_long_calls(kBlockedForStack);
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
  trace();
  tick_.disarm();
  outcome_.started = !launching_;
  return outcome_;
}

void Tracer::trace() {
  do {
    keep_ticking();
    int status = 0;
    const pid_t tid = next_stop(status);
    if (tid < 0) return;
    now_ns_ = clock_now() - origin_ns_;
    if (tid > 0) dispatch(tid, status);
    if (tid == 0) on_tick();
    adopt_orphans();
    if (tid > 0) sampling_rests_ = false;
    look_for_samples();
    if (objects_.crowded()) drop_closed_objects();
  } while (!bound_reached());
}

bool Tracer::bound_reached() {
  if (helpers_.bounds == nullptr || launching_) return false;
  outcome_.bound = helpers_.bounds->reached(now_ns_, sink_);
  if (outcome_.bound.empty()) return false;
  close_open_events();
  return true;
}

/// 0 = a tick came first.
pid_t Tracer::next_stop(int& status) {
  pid_t which = -1;
  if (exiting_ > 0) {
    // A thread on its way out: its last CPU time can be read only between its death and waitpid's return.
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WSTOPPED | WNOWAIT | __WALL) != 0) return errno == EINTR ? 0 : -1;
    which = info.si_pid;
    const bool ended = info.si_code == CLD_EXITED || info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED;
    if (TracedThread* thread = ended ? find(which) : nullptr) thread->clock.read();
  }
  const pid_t tid = waitpid(which, &status, __WALL);
  return tid < 0 && errno == EINTR ? 0 : tid;
}

/// No stop came for a while: what a program that waits did before must not stay in memory, where it would be lost
/// with us; and what others did without stopping must not fill their rings.
void Tracer::on_tick() { sink_.flush_when_due(now_ns_); }

/// Drains rings when it is time, and sets the timer for what comes next.
void Tracer::keep_ticking() {
  if (fast_.active() && now_ns_ - drained_ns_ >= drain_period_ns_) {
    const double fullest = fast_.drain_all();
    drained_ns_ = clock_now() - origin_ns_;
    if (fullest > kRingFull) drain_period_ns_ = std::max(drain_period_ns_ / 2, kShortestDrainNs);
    if (fullest < kRingEmpty) drain_period_ns_ = std::min(drain_period_ns_ * 2, kLongestDrainNs);
  }
  const Ns wanted = wanted_tick_ns();
  if (wanted == tick_ns_) return;
  tick_ns_ = wanted;
  if (wanted != 0)
    tick_.arm(wanted);
  else
    tick_.disarm();
}

/// The shortest period that anybody needs; 0 = none.
Ns Tracer::wanted_tick_ns() const {
  Ns wanted = sink_.has_unflushed() ? kTickNs : 0;
  const auto need = [&wanted](bool needed, Ns period) {
    if (needed && (wanted == 0 || period < wanted)) wanted = period;
  };
  need(helpers_.bounds != nullptr && helpers_.bounds->need_ticks(), Bounds::kPeriodNs);
  need(sampler_ && !sampling_rests_, sampler_ ? sampler_->period_ns() : 0);
  need(fast_.active(), drain_period_ns_);
  return wanted;
}

void Tracer::look_for_samples() {
  if (sampler_ && !launching_ && sampler_->is_due(now_ns_))
    sampling_rests_ = !sampler_->interrupt_due(threads_, now_ns_);
}

void Tracer::take_sample(TracedThread& thread, const StopTime& at) {
  std::uint32_t flags = options_.event_flags;
  if (!options_.placement_known && thread.cpu.differs_from_ours(thread.tid, TraceeMemory(thread.tid)))
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
      resume(tid, onward(), event == 0 && WSTOPSIG(status) != kSyscallStop ? WSTOPSIG(status) : 0);
    return;
  }
  if (launching_ && !on_launch_stop(*thread, status)) return;
  if (!thread->started) {
    start(*thread);
    if (event == PTRACE_EVENT_STOP && !is_stop_signal(WSTOPSIG(status))) {
      resume(tid, onward());
      return;
    }
  }
  fast_.drain(*thread);
  on_stop(*thread, status);
}

void Tracer::on_stop(TracedThread& thread, int status) {
  const int signal = WSTOPSIG(status);
  switch (status >> 16) {
    case PTRACE_EVENT_SECCOMP:
      return on_call_stop(thread);
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
      return signal == kSyscallStop ? on_call_stop(thread) : on_signal(thread, signal);
    default:
      resume(thread.tid, way_on(thread));  // an event of a newer kernel: nothing to record, never hang
  }
}

StopTime Tracer::stop_time(TracedThread& thread) { return {now_ns_, thread.clock.read()}; }

CallContext Tracer::context_of(TracedThread& thread, std::int64_t result) {
  if (thread.process->first_thread_left) thread.process->look_through(thread.tid);
  return {thread, *thread.process, thread.call, objects_, sink_, TraceeMemory(thread.tid), result};
}

void Tracer::on_call_stop(TracedThread& thread) {
  SyscallInfo info{};
  if (!syscall_info(thread.tid, info)) return;
  if (info.op == PTRACE_SYSCALL_INFO_EXIT) return on_call_exit(thread, info);
  options_.interception.apply(info);
  on_call_entry(thread, info);
}

void Tracer::on_call_entry(TracedThread& thread, const SyscallInfo& info) {
  if (on_foreign_call(thread, info)) return;
  if (const auto registers = fast_.asks_for_stack(thread, info)) {
    fast_.answer(thread, sink_.writer() != nullptr && stacks_
                             ? stacks_->capture(thread.process->pid, *registers, *sink_.writer())
                             : StackId{});
    resume(thread.tid, Resume::run);
    return;
  }
  if (fast_.on_call_entry(thread, info)) {
    resume(thread.tid, onward());
    return;
  }
  if (sampler_ && sampler_->postpones_call(thread)) {
    take_sample(thread, stop_time(thread));
    resume(thread.tid, Resume::run);
    return;
  }
  begin_call(thread, info, stop_time(thread));
  if (isolates_itself(info.seccomp.nr)) fast_.refuse(thread);
  if (answers_itself(thread, info)) answer_call(thread.tid, -ENOSYS);
  if (!options_.placement_known && thread.cpu.differs_from_ours(thread.tid, TraceeMemory(thread.tid)))
    thread.call.flags |= kCrossCpu;
  const Handler& handler = handlers_[thread.call.number];
  if (thread.call.row != nullptr && thread.call.row->extra == Extra::exec) take_modules(*thread.process);
  if (handler.decoder.at_entry != nullptr) {
    CallContext context = context_of(thread, 0);
    handler.decoder.at_entry(context);
  }
  // Where every call stops twice anyway, the exit is known at no further cost.
  if (handler.entry_only && !options_.interception.every_call()) {
    resume(thread.tid, Resume::run);
    log_.entry_only(thread);
  } else {
    resume(thread.tid, Resume::to_syscall_exit);
  }
}

/// Stops that are no calls to record. False when it is one.
bool Tracer::on_foreign_call(TracedThread& thread, const SyscallInfo& info) {
  if (info.op != PTRACE_SYSCALL_INFO_SECCOMP) {
    on_passed_call(thread);
  } else {
    if (info.seccomp.ret_data == static_cast<std::uint32_t>(StopReason::call)) return false;
    const bool foreign_abi = info.seccomp.ret_data == static_cast<std::uint32_t>(StopReason::foreign_abi);
    const Handler* handler = info.seccomp.nr < kHandlers ? &handlers_[info.seccomp.nr] : nullptr;
    const bool recorded = handler != nullptr && handler->row != nullptr && handler->row->logging != Logging::rest;
    if (!foreign_abi && (recorded || options_.all_syscalls || info.seccomp.nr == SYS_restart_syscall)) return false;
    if (foreign_abi)
      sink_.lose("32-bit or x32 system calls");
    else
      answer_call(thread.tid, -ENOSYS);  // a filter of the program wants its tracer to decide, and it has none
  }
  thread.sampling.interrupt = SampleState::Interrupt::none;
  resume(thread.tid, way_on(thread));
  return true;
}

/// Calls that simrec answers in the kernel's place, with ENOSYS.
bool Tracer::answers_itself(const TracedThread& thread, const SyscallInfo& info) {
  // A filter of the program left the call to a tracer: without one, the kernel answers so.
  if (info.seccomp.ret_data != static_cast<std::uint32_t>(StopReason::call)) return true;
  if (thread.call.number != SYS_io_uring_setup || options_.allow_io_uring) return false;
  sink_.lose("io_uring: hidden from the program, as if the kernel had none (--allow-io-uring keeps it)");
  return true;
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
  call.untraced = {};
  call.arguments.clear();
  if (call.row == nullptr) {
    call.arguments.assign(call.registers.begin(), call.registers.end());
    return;
  }
  add_register_arguments(call);
}

void Tracer::on_call_exit(TracedThread& thread, const SyscallInfo& info) {
  CurrentCall& call = thread.call;
  if (!call.active) {
    resume(thread.tid, onward());
    return;
  }
  const StopTime at = stop_time(thread);
  std::int64_t result = info.exit.rval;
  if (is_restart_code(result)) {
    // The kernel decides after this stop, by the signal's handler, between restarting and EINTR.
    if (restarts_after_handler(result)) call.flags |= kRestarted;
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
  resume(thread.tid, onward());
  log_.whole_call(thread, thread.call, at, result);
}

void Tracer::on_signal(TracedThread& thread, int signal) {
  if (fast_.before_signal(thread, signal) == FastPath::SignalFor::nobody) {
    resume(thread.tid, way_on(thread));
    return;
  }
  const auto info = signal_info(thread.tid);
  const StopTime at = stop_time(thread);
  resume(thread.tid, way_on(thread), signal);
  log_.pseudo(thread, PseudoEvent::signal, at, {signal, info ? info->si_code : 0, info ? sender_of(*info) : 0});
}

void Tracer::on_stop_event(TracedThread& thread, int signal) {
  const StopTime at = stop_time(thread);
  if (sampler_ && sampler_->interrupted(thread) && !thread.call.active && !fast_.inside(thread))
    take_sample(thread, at);
  if (is_stop_signal(signal)) {
    resume(thread.tid, Resume::listen);
    if (!thread.stopped) log_.pseudo(thread, PseudoEvent::stopped, at, {signal});
    thread.stopped = true;
    return;
  }
  if (options_.interception.every_call() && !thread.stopped) restart_quietly(thread);
  resume(thread.tid, way_on(thread));
  if (thread.stopped) log_.pseudo(thread, PseudoEvent::continued, at);
  thread.stopped = false;
}

}  // namespace simrec::record
