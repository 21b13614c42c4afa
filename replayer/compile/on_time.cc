// Sleeps, timers, and the counters behind eventfd.
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "replayer/compile/bytes.h"
#include "replayer/compile/handlers.h"
#include "replayer/compile/timers.h"

namespace simrec::replay::causal {
namespace {

void sleep_exit(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() != 0) return;
  c.processes[call.process].waited({call.event.entry_ns, call.event.exit_ns, call.thread + 1});
  absolute_sleep(c, call, call.extra_argument(0, call.blocked));
}

void note_alarm(Context& c, const Call& call) {
  const bool once = call.result() >= 0 && call.extra_argument(0) > 0 && call.extra_argument(1) == 0;
  c.processes[call.process].alarm_set_at = once ? call.event.entry_ns : -1;
}

void arm(Context& c, Call& call, Timer& timer) {
  if (call.result() < 0) return;
  const Ns first = call.extra_argument(0), interval = call.extra_argument(1);
  timer = {};
  if (first <= 0) return;
  timer = {++c.program.timers, call.event.entry_ns, first, std::max<Ns>(interval, 0), 0};
  emit_cause(c, call, {OpKind::arm, Cause::none, 0, timer.id_plus_one - 1, 0});
}

void timerfd_entry(Context& c, Call& call) { arm(c, call, c.timerfds[call.object.value]); }

void process_timer_entry(Context& c, Call& call) {
  const bool real = call.event.kind == SYS_alarm || call.event.argument(0) == 0;  // ITIMER_REAL
  if (!real) return;                                                              // the others count CPU time
  note_alarm(c, call);
  arm(c, call, c.processes[call.process].real_timer);
}

void posix_timer_entry(Context& c, Call& call) {
  note_alarm(c, call);
  arm(c, call,
      c.posix_timers[static_cast<std::uint64_t>(call.process) << 32 |
                     static_cast<std::uint32_t>(call.event.argument(0))]);
}

constexpr HandlerRow kRows[] = {
    {SYS_nanosleep, nullptr, sleep_exit},          {SYS_clock_nanosleep, nullptr, sleep_exit},
    {SYS_timerfd_settime, timerfd_entry, nullptr}, {SYS_alarm, process_timer_entry, nullptr},
    {SYS_setitimer, process_timer_entry, nullptr}, {SYS_timer_settime, posix_timer_entry, nullptr},
};

}  // namespace

std::span<const HandlerRow> time_handlers() { return kRows; }

bool wait_timer(Context& c, Call& call, Timer& timer, std::uint16_t flags) {
  if (!timer.id_plus_one) return false;
  const Ns value = timer.first + timer.expired * timer.interval;
  const Ns since_first = call.event.exit_ns - timer.armed_at - timer.first;
  const std::int64_t passed = timer.interval > 0 && since_first > 0 ? since_first / timer.interval + 1 : 1;
  timer.expired = std::max(timer.expired + 1, passed);
  emit_wait(c, call, {OpKind::expire, Cause::sleep, flags, timer.id_plus_one - 1, value}, {});
  if (!timer.interval) timer.id_plus_one = 0;
  return true;
}

void read_timerfd(Context& c, Call& call) {
  if (call.result() <= 0) return;
  if (!wait_timer(c, call, c.timerfds[call.object.value])) external_wait(c, call, Cause::sleep);
}

void write_eventfd(Context& c, Call& call) {
  if (call.result() <= 0) return;
  const TokenId token = c.tokens.add({call.thread, call.event.entry_ns});
  c.eventfds[call.object.value].writes.push_back({call.event.entry_ns, token});
  c.tokens.belongs_to(token, call.object);
  signal_token(c, call, token);
}

void read_eventfd(Context& c, Call& call) {
  if (call.result() <= 0) return;
  auto& writes = c.eventfds[call.object.value].writes;
  if (writes.empty()) return external_wait(c, call, Cause::sync);
  // What was there when the read began: its last write. Else the first one that came while it waited.
  auto later =
      std::ranges::find_if(writes, [&](const EventCounter::Write& w) { return w.entry > call.event.entry_ns; });
  const auto cause = later == writes.begin() ? later : std::prev(later);
  const TokenId token = cause->token;
  writes.erase(writes.begin(), std::next(cause));
  wait_token(c, call, token, Cause::sync);
}

}  // namespace simrec::replay::causal
