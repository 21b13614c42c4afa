#include "recorder/fast/fast_events.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "recorder/clocks.h"
#include "recorder/decoder.h"
#include "recorder/fast/hook_image.h"
#include "recorder/fast/hook_sockets.h"
#include "recorder/restart_codes.h"

namespace simrec::record {
namespace {

Ns offset_of_realtime() { return clock_now(CLOCK_REALTIME) - clock_now(); }

/// Timeouts that are points in time, of CLOCK_REALTIME if `real_time`.
struct AbsoluteTimeout {
  bool absolute = false, real_time = false;
};

AbsoluteTimeout absolute_timeout(const FastRecord& record) {
  if (record.number == SYS_clock_nanosleep)
    return {(record.registers[1] & TIMER_ABSTIME) != 0, static_cast<clockid_t>(record.registers[0]) == CLOCK_REALTIME};
  if (record.number == SYS_futex)
    return {futex_timeout_is_absolute(record.registers[1]), futex_is_real_time(record.registers[1])};
  return {};
}

FileStatus status_of(const HookOpened& opened) {
  FileStatus status;
  status.mode = static_cast<unsigned>(opened.mode_and_device & 0xffff);
  status.device_major = static_cast<unsigned>(opened.mode_and_device >> 32);
  status.device = makedev(static_cast<unsigned>(opened.device >> 32), static_cast<unsigned>(opened.device));
  status.inode = opened.inode;
  status.size_bytes = opened.size_bytes;
  status.birth_ns = opened.birth_ns;
  return status;
}

void add_opened(CallContext& c, const FastRecord& record) {
  const auto opened = words_as<HookOpened>(record.after);
  if (!opened) return c.unknown();
  const auto words = record.after.subspan(sizeof *opened / sizeof(std::uint64_t));
  const auto* text = reinterpret_cast<const char*>(words.data());
  const std::string path(text, strnlen(text, words.size_bytes()));
  c.add(path.empty() ? StringId{} : c.sink.intern(path));
  if (c.failed()) return c.add(ObjectId{});
  c.add(c.objects.opened(c.process.owner(), static_cast<int>(c.result), status_of(*opened), path));
}

void add_ready(CallContext& c, std::span<const std::uint64_t> words) {
  for (const std::uint64_t word : words) {
    c.add(static_cast<std::int32_t>(word));
    c.add(static_cast<std::int16_t>(word >> 32));
  }
}

void add_selected(CallContext& c, std::span<const std::uint64_t> words) {
  const std::size_t each = words.size() / 3;
  decode_waiting::add_selected(c, {words.first(each), words.subspan(each, each), words.subspan(2 * each, each)});
}

Ns milliseconds(std::uint64_t value) {
  return static_cast<int>(value) < 0 ? -1 : static_cast<int>(value) * Ns{1'000'000};
}

void add_epoll(CallContext& c, const FastRecord& record) {
  c.add(milliseconds(record.registers[3]));
  for (const std::uint64_t data : record.after) c.add(static_cast<std::int64_t>(data));
}

void add_lock(CallContext& c, const FastRecord& record) {
  if (record.before.empty() || (record.flags & HOOK_UNREADABLE) != 0) return;
  struct flock lock {};
  lock.l_type = static_cast<short>(record.before[0]);
  lock.l_whence = static_cast<short>(record.before[0] >> 16);
  lock.l_start = static_cast<off_t>(record.before[1]);
  lock.l_len = static_cast<off_t>(record.before[2]);
  decode_files::lock_details(c, lock);
}

/// Calls whose details the hook asks for when they are done.
bool asks_afterwards(const FastRecord& record) {
  switch (hook_spec(record.number).kind) {
    case HOOK_OPEN_0:
    case HOOK_OPEN_1:
    case HOOK_SOCKET:
    case HOOK_ACCEPT:
    case HOOK_NAME_SOCKET:
      return true;
    default:
      return false;
  }
}

/// A reading of the thread's clock takes 0.3 to 1 us, in a virtual machine a few. One that took longer was interrupted:
/// the thread was switched off its core, and nobody knows what the reading itself cost.
constexpr Ns kLongestReading = 10'000, kUsualReading = 500;

}  // namespace

bool FastEvents::is_interrupted(const ClockReading& clock) const {
  return clock_.duration_ns(clock.tsc_after - clock.tsc_before) > kLongestReading;
}

/// CLOCK_MONOTONIC when the call began: while the thread waited for a core in the hook, it had not.
Ns FastEvents::entered_ns(const FastRecord& record) const {
  const bool waited = record.clock_at_entry && is_interrupted(*record.clock_at_entry);
  return clock_.monotonic_ns(waited ? record.clock_at_entry->tsc_after : record.entry_tsc);
}

Ns FastEvents::timeout_of(const FastRecord& record) const {
  const auto seconds = static_cast<std::int64_t>(record.before[0]);
  if (seconds < 0 || (record.flags & HOOK_UNREADABLE) != 0) return -1;
  const Ns value =
      seconds * 1'000'000'000 + static_cast<Ns>(record.before[1]) * (record.number == SYS_select ? 1000 : 1);
  const AbsoluteTimeout kind = absolute_timeout(record);
  if (!kind.absolute) return value;
  const Ns now = entered_ns(record) + (kind.real_time ? offset_of_realtime() : 0);
  return std::max<Ns>(0, value - now);
}

/// CPU time that a reading of the clock took; it is read in the middle of that, on average.
Ns FastEvents::cost_of(const std::optional<ClockReading>& clock) const {
  if (!clock) return 0;
  return is_interrupted(*clock) ? kUsualReading : clock_.duration_ns(clock->tsc_after - clock->tsc_before);
}

Ns FastEvents::cpu_at_entry(const TracedThread& thread, const FastRecord& record) const {
  const Ns last = thread.at_last_event.run_ns;
  const Ns now = record.clock_at_entry
                     ? static_cast<Ns>(record.clock_at_entry->cpu_ns) - cost_of(record.clock_at_entry) / 2
                     : last + clock_.duration_ns(record.entry_tsc - thread.fast.last_tsc);
  return std::max(now, last);
}

void FastEvents::begin(TracedThread& thread, const FastRecord& record, CurrentCall& call) {
  call.active = true;
  call.number = record.number;
  call.row = find_syscall(record.number);
  call.registers = record.registers;
  call.flags = (record.flags & HOOK_UNREADABLE) != 0 ? std::uint32_t{kUnknown} : 0U;
  call.entry_ns = entered_ns(record) - origin_ns_;
  call.at_entry = thread.at_last_event;
  const Ns entered = cpu_at_entry(thread, record);
  call.burst_ns = entered - thread.at_last_event.run_ns;
  call.at_entry.run_ns = entered + cost_of(record.clock_at_entry);
  call.stack = {};
  call.arguments.clear();
  add_register_arguments(call);
}

void FastEvents::add_details(TracedThread& thread, const FastRecord& record, CurrentCall& call) {
  CallContext c{thread, *thread.process, call, objects_, sink_, TraceeMemory(thread.process->pid), record.result};
  switch (hook_spec(record.number).kind) {
    case HOOK_ADDRESSED:
      return c.add(StringId{});
    case HOOK_MESSAGE:
      c.add(StringId{});
      return c.add(std::int64_t{0});
    case HOOK_EPOLL_WAIT:
      return add_epoll(c, record);
    case HOOK_POLL:
    case HOOK_PPOLL:
      c.add(record.number == SYS_poll ? milliseconds(record.registers[2]) : timeout_of(record));
      c.add(static_cast<std::int64_t>(record.registers[1]));
      return add_ready(c, record.after);
    case HOOK_OPTION:
      return decode_sockets::option_details(c, record.before[0]);
    case HOOK_SELECT:
      c.add(timeout_of(record));
      c.add(static_cast<std::int64_t>(record.before[2]));
      return add_selected(c, record.after);
    case HOOK_EPOLL_CTL:
      for (const std::uint64_t value : record.before) c.add(static_cast<std::int64_t>(value));
      return;
    case HOOK_TIMEOUT_0:
    case HOOK_TIMEOUT_2:
      return c.add(timeout_of(record));
    case HOOK_FUTEX:
      return decode_sync::futex_details(c, timeout_of(record));
    case HOOK_FCNTL:
      return add_lock(c, record);
    case HOOK_OPEN_0:
    case HOOK_OPEN_1:
      return add_opened(c, record);
    case HOOK_SOCKET:
    case HOOK_ACCEPT:
    case HOOK_NAME_SOCKET:
      return add_socket(c, record);
    default:
      return;
  }
}

void FastEvents::add(TracedThread& thread, const FastRecord& record) {
  CurrentCall& call = call_;
  begin(thread, record, call);
  add_details(thread, record, call);
  call.flags |= kFast;
  if ((call.flags & kUnknown) != 0 && record.result != -EFAULT) sink_.lose(kUnreadableDetails);
  if (record.stack <= highest_stack_) call.stack = StackId{static_cast<std::uint32_t>(record.stack)};
  CpuTimes at_exit = call.at_entry;
  if (record.clock_at_exit) {
    at_exit.run_ns = static_cast<Ns>(record.clock_at_exit->cpu_ns) - cost_of(record.clock_at_exit) / 2;
    thread.fast.last_tsc = record.clock_at_exit->tsc_after;
  } else {
    const std::uint64_t started = record.clock_at_entry ? record.clock_at_entry->tsc_after : record.entry_tsc;
    at_exit.run_ns += clock_.duration_ns(record.exit_tsc - started);
    thread.fast.last_tsc = record.exit_tsc;
  }
  at_exit.run_ns = std::max(at_exit.run_ns, call.at_entry.run_ns);
  log_.whole_call(thread, call, {clock_.monotonic_ns(record.exit_tsc) - origin_ns_, at_exit}, record.result);
  thread.at_last_event.run_ns += cost_of(record.clock_at_exit);  // nobody's
  if (const auto until = asked_until(record)) leave_out(thread, *until);
}

/// The time from the last reading of a record to `until`, all of it spent in the hook: neither a burst's nor the
/// program's waiting.
void FastEvents::leave_out(TracedThread& thread, std::uint64_t until) {
  if (until <= thread.fast.last_tsc) return;
  thread.at_last_event.run_ns += clock_.duration_ns(until - thread.fast.last_tsc);
  thread.fast.last_tsc = until;
  thread.fast.prepared = true;
}

std::uint64_t FastEvents::long_ticks() const {
  if (long_calls_ns_ == 0) return 0;
  constexpr std::uint64_t kMany = 1'000'000'000;
  return static_cast<std::uint64_t>(static_cast<double>(long_calls_ns_) /
                                    static_cast<double>(clock_.duration_ns(kMany)) * static_cast<double>(kMany));
}

std::uint64_t FastEvents::drain(TracedThread& thread) {
  if (!thread.fast.lease) return 0;
  HookSlot& slot = thread.fast.lease->slot();
  RingReader ring(slot);
  while (const auto record = ring.next()) add(thread, *record);
  if (ring.damaged()) {
    sink_.lose("records of a ring that the program overwrote");
    slot.closed = 1;
  }
  return ring.waiting();
}

/// The hook did not get to asking. But the thread stands still right behind the call: tier 1 can look.
void FastEvents::add_details_now(TracedThread& thread, const HookFrame& frame, std::int64_t result) {
  CurrentCall& call = thread.call;
  call.registers = {frame.rdi, frame.rsi, frame.rdx, frame.r10, frame.r8, frame.r9};
  CallContext c{thread, *thread.process, call, objects_, sink_, TraceeMemory(thread.process->pid), result};
  decoder_of(*call.row).at_exit(c);
}

/// `result` = nullopt: the call has not come to an end.
bool FastEvents::begin_interrupted(TracedThread& thread, std::optional<std::int64_t> result) {
  if (!thread.fast.lease) return false;
  HookSlot& slot = thread.fast.lease->slot();
  RingReader ring(slot);
  const auto record = ring.begun();
  slot.phase = HOOK_OUTSIDE;
  if (!record) return false;
  begin(thread, *record, thread.call);
  FastRecord known = *record;
  known.result = result.value_or(-EINTR);
  if (result && asks_afterwards(known))
    add_details_now(thread, slot.frame, known.result);
  else
    add_details(thread, known, thread.call);
  return true;
}

void FastEvents::interrupted_call(TracedThread& thread, const StopTime& at, std::int64_t result) {
  const std::int64_t seen = is_restart_code(result) ? -EINTR : result;
  if (!begin_interrupted(thread, seen)) return;
  if (restarts_after_handler(result)) thread.call.flags |= kRestarted;
  log_.whole_call(thread, thread.call, at, seen);
}

bool FastEvents::unfinished_call(TracedThread& thread, const StopTime& at) {
  if (!begin_interrupted(thread, std::nullopt)) return false;
  log_.unfinished_call(thread, at);
  return true;
}

}  // namespace simrec::record
