// Signals: who sent them, and the calls they end.
#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "replayer/compile/bytes.h"
#include "replayer/compile/handlers.h"
#include "replayer/compile/timers.h"

namespace simrec::replay::causal {
namespace {

struct Target {
  std::int64_t id;
  bool is_thread;
  int signo;
};

Target target_of(const Event& e) {
  switch (e.kind) {
    case SYS_tkill:
      return {e.argument(0), true, static_cast<int>(e.argument(1))};
    case SYS_tgkill:
    case SYS_rt_tgsigqueueinfo:
      return {e.argument(1), true, static_cast<int>(e.argument(2))};
    default:
      return {e.argument(0), false, static_cast<int>(e.argument(1))};
  }
}

void kill_entry(Context& c, Call& call) {
  const Target target = target_of(call.event);
  if (call.result() < 0 || target.signo == 0) return;
  const TokenId token = c.tokens.add({call.thread, call.event.entry_ns});
  const bool by_handle = call.event.kind == SYS_pidfd_send_signal;  // whose process that is, the trace does not say
  if (target.id <= 0 || by_handle) {
    c.signals.sent_to_group(target.signo, call.event.entry_ns, token);
  } else if (target.is_thread) {
    const std::uint32_t thread = c.find_thread(call.process, target.id);
    if (!thread) return;
    c.signals.sent(c.trace.tables.threads()[thread - 1].process.value, target.signo, call.event.entry_ns, token);
  } else {
    const std::uint32_t process = c.find_process(call.process, target.id);
    if (!process) return;
    c.signals.sent(process - 1, target.signo, call.event.entry_ns, token);
  }
  signal_token(c, call, token);
}

void signal_delivered(Context& c, Call& call) {
  c.state(call).fatal_signal = static_cast<int>(call.event.argument(0));
  ProcessState& p = c.processes[call.process];
  const bool by_timer = call.event.argument(0) == SIGALRM || call.event.argument(1) == SI_TIMER;
  if (by_timer && p.alarm_set_at >= 0) p.alarmed(std::exchange(p.alarm_set_at, -1), call.event.entry_ns);
}

void stopped(Context& c, Call&) { c.counts.add(Count::job_control_stops); }

void suspended_exit(Context& c, Call& call) { interrupted(c, call); }

void sigtimedwait_exit(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() == -EAGAIN) {
    c.counts.add(Count::expired_timeouts);
    return absolute_sleep(c, call, call.extra_argument(0, call.blocked), kExpired);
  }
  if (call.result() <= 0) return;
  if (const auto token = c.signals.take(call.process, static_cast<int>(call.result()), call.event.exit_ns))
    return wait_token(c, call, *token, Cause::sync);
  if (call.result() == SIGALRM && wait_timer(c, call, c.processes[call.process].real_timer)) return;
  if (call.blocked) c.counts.add(Count::signals_from_outside);
  external_wait(c, call, Cause::sync);
}

/// The signal delivered right behind the interrupted call.
std::optional<Event> next_signal(const Context& c, const Call& call) {
  const ThreadEvents& events = c.trace.events[call.thread];
  for (std::size_t i = call.index + 1; i < std::min<std::size_t>(events.size(), call.index + 4U); ++i) {
    const Event e = events[i];
    if (e.is(PseudoEvent::signal)) return e;
    if (e.kind < kPseudoBase) break;
  }
  return std::nullopt;
}

bool wait_any_posix_timer(Context& c, Call& call) {
  Timer* latest = nullptr;
  for (auto& [key, timer] : c.posix_timers) {
    if (key >> 32 != call.process || !timer.id_plus_one) continue;
    if (!latest || timer.armed_at > latest->armed_at) latest = &timer;
  }
  return latest && wait_timer(c, call, *latest);
}

/// The call does not wait for time or signals: an alarm that interrupts it was its timeout.
bool waits_for_others(const Call& call) {
  constexpr std::array kForTime = {SYS_pause, SYS_rt_sigsuspend, SYS_rt_sigtimedwait, SYS_nanosleep,
                                   SYS_clock_nanosleep};
  return std::ranges::find(kForTime, call.event.kind) == kForTime.end();
}

/// Does a server wait there for what comes?
bool waits_for_connections(const Call& call) {
  constexpr std::array kCalls = {SYS_accept,   SYS_accept4,    SYS_poll,        SYS_ppoll,       SYS_select,
                                 SYS_pselect6, SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2};
  return std::ranges::find(kCalls, call.event.kind) != kCalls.end();
}

bool wait_for_alarm(Context& c, Call& call) {
  Timer& timer = c.processes[call.process].real_timer;
  const bool timeout = timer.interval == 0 && waits_for_others(call);
  if (!wait_timer(c, call, timer, timeout ? kExpired : 0)) return false;
  if (timeout) c.counts.add(Count::expired_timeouts);
  return true;
}

constexpr HandlerRow kRows[] = {
    {SYS_kill, kill_entry, nullptr},
    {SYS_tkill, kill_entry, nullptr},
    {SYS_tgkill, kill_entry, nullptr},
    {SYS_rt_sigqueueinfo, kill_entry, nullptr},
    {SYS_rt_tgsigqueueinfo, kill_entry, nullptr},
    {SYS_pidfd_send_signal, kill_entry, nullptr},
    {SYS_pause, nullptr, suspended_exit},
    {SYS_rt_sigsuspend, nullptr, suspended_exit},
    {SYS_rt_sigtimedwait, nullptr, sigtimedwait_exit},
    {event_kind(PseudoEvent::signal), signal_delivered, nullptr},
    {event_kind(PseudoEvent::stopped), stopped, nullptr},
};

}  // namespace

std::span<const HandlerRow> signal_handlers() { return kRows; }

void interrupted(Context& c, Call& call) {
  if (!call.blocked) return;
  const auto signal = next_signal(c, call);
  if (!signal) return external_wait(c, call, Cause::sync);
  const auto signo = static_cast<int>(signal->argument(0));
  const std::int64_t code = signal->argument(1), sender = signal->argument(2);
  if (signo == SIGCHLD && code >= CLD_EXITED && code <= CLD_DUMPED) {
    if (const std::uint32_t child = c.find_process(call.process, sender)) {
      const ProcessState& p = c.processes[child - 1];
      if (p.serves_connection && waits_for_connections(call)) return;  // it would have gone on waiting
      return wait_token(c, call, p.exit_token, Cause::child);
    }
  }
  if (code == SI_TIMER && wait_any_posix_timer(c, call)) return;
  if (signo == SIGALRM && code == SI_KERNEL && wait_for_alarm(c, call)) return;
  if (const auto token = c.signals.take(call.process, signo, signal->entry_ns))
    return wait_token(c, call, *token, Cause::sync);
  c.counts.add(Count::signals_from_outside);
  external_wait(c, call, Cause::sync);
}

void read_signalfd(Context& c, Call& call) {
  if (call.result() <= 0) return;
  if (const auto token = c.signals.take(call.process, 0, call.event.exit_ns))
    return wait_token(c, call, *token, Cause::sync);
  if (call.blocked) c.counts.add(Count::signals_from_outside);
  external_wait(c, call, Cause::sync);
}

}  // namespace simrec::replay::causal
