// futex, System V semaphores, message queues, sched_yield.
#include <linux/futex.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>

#include "replayer/compile/handlers.h"

namespace simrec::replay::causal {
namespace {

Futexes::Key key_of(const Context& c, const Call& call, std::int64_t address, std::int64_t object = 0,
                    std::int64_t offset = 0) {
  if (object) return {static_cast<std::uint64_t>(object) << 1 | 1, static_cast<std::uint64_t>(offset)};
  return {c.processes[call.process].address_space << 1, static_cast<std::uint64_t>(address)};
}

Futexes::Key first_key(const Context& c, const Call& call) {
  return key_of(c, call, call.event.argument(0), call.extra_argument(1), call.extra_argument(2));
}

/// The second address has no recorded mapping; private futexes, the usual case, need none.
Futexes::Key second_key(const Context& c, const Call& call) { return key_of(c, call, call.extra_argument(3)); }

enum class FutexRole { wait, wake, wake_two, requeue, requeue_counting_all, lock, unlock, other };

FutexRole role_of(const Call& call) {
  switch (call.event.argument(1) & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI:
      return FutexRole::wait;
    case FUTEX_WAKE:
    case FUTEX_WAKE_BITSET:
      return FutexRole::wake;
    case FUTEX_WAKE_OP:
      return FutexRole::wake_two;
    case FUTEX_REQUEUE:
      return FutexRole::requeue;
    case FUTEX_CMP_REQUEUE:
    case FUTEX_CMP_REQUEUE_PI:
      return FutexRole::requeue_counting_all;
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
      return FutexRole::lock;
    case FUTEX_UNLOCK_PI:
      return FutexRole::unlock;
    default:
      return FutexRole::other;
  }
}

/// Who computes for no longer between two calls makes them one after the other.
constexpr Ns kAtOnceNs = 100'000;

void note_shared(Context& c, const Call& call) {
  if (const auto object = static_cast<std::uint64_t>(call.extra_argument(1)); object)
    c.sharing.uses(call.process, 1ULL << 62 | object, "they share memory (a futex in a shared mapping)");
}

/// Does the call wait for a mutex? The kernel knows futexes only; but libraries' mutexes wait while their word is 2,
/// "held and somebody waits" (glibc, Rust, Go; U. Drepper, Futexes Are Tricky, mutex 2).
bool waits_for_lock(const Call& call) {
  constexpr std::int64_t kContended = 2;
  const FutexRole role = role_of(call);
  return role == FutexRole::lock || (role == FutexRole::wait && call.event.argument(2) == kContended);
}

/// Threads that poll serve whoever comes, in another order elsewhere: they take part in no barrier. Not who polled once
/// and sleeps at futexes since.
bool is_poller(const ThreadState& t) { return !t.polled.marks.empty() && t.polled.marks.back().at_ns >= t.slept_at; }

/// See barriers.h. The signal is no call of the thread's, so it costs nothing.
void arrives_at_barrier(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  if (waits_for_lock(call)) return;
  const bool polls = is_poller(t);
  t.slept_at = call.event.entry_ns;
  t.slept_cpu = t.cpu;
  if (polls) return;
  const bool plain = (call.event.argument(1) & FUTEX_CMD_MASK) == FUTEX_WAIT;
  auto* arrival =
      c.barriers.arrives(first_key(c, call), {call.thread, call.event.argument(2), call.result() == -EAGAIN, !plain});
  if (!arrival) return;
  *arrival = c.tokens.add({call.thread, call.event.entry_ns});
  t.emit.aside({OpKind::signal, Cause::none, 0, (*arrival)->value, 0}, 0, 0);
}

/// Has who released the thread last gone to sleep since, without computing much before?
bool releaser_sleeps(const Context& c, const ThreadState& t) {
  if (t.released_by.time < 0) return false;
  const ThreadState& other = c.threads[t.released_by.thread];
  const auto wake = other.wakes.find([&t](const Wake& w) { return w.time == t.released_by.time; });
  return wake && other.slept_at > wake->time && other.slept_cpu - wake->cpu <= kAtOnceNs;
}

/// Threads of the process that do nothing else when the call begins.
std::vector<Barriers::Yielding> who_yields(Context& c, const Call& call) {
  constexpr Ns kInBetweenNs = 20'000;
  std::vector<Barriers::Yielding> found;
  std::erase_if(c.processes[call.process].yielding, [&](std::uint32_t thread) {
    const ThreadState& t = c.threads[thread];
    const Yields& y = t.yields;
    if (t.ended || !(y.inside || call.event.entry_ns - y.since <= kInBetweenNs)) return true;
    if (thread != call.thread && !is_poller(t)) found.push_back({thread, y.arrival});
    return false;
  });
  return found;
}

/// Who opens a barrier needs all who have arrived. Where one of them comes later here it needs no waking: it does what
/// that one would do, which is awake. True: it is a barrier.
bool opens_barrier(Context& c, Call& call) {
  const ThreadState& t = c.state(call);
  const Futexes::Key key = first_key(c, call);
  Barriers::Opening opening{call.thread,   call.event.entry_ns, call.event.argument(2) > 1,
                            call.result(), t.released_by,       releaser_sleeps(c, t)};
  if (opening.all) opening.yielding = who_yields(c, call);
  const std::vector<TokenId>* const needed = is_poller(t) ? nullptr : c.barriers.opens(key, opening);
  if (!needed) return false;
  for (const TokenId arrival : *needed) c.emit(call).aside({OpKind::wait, Cause::sync, kPolls, arrival.value, 0}, 0, 0);
  return true;
}

void futex_entry(Context& c, Call& call) {
  note_shared(c, call);
  const FutexRole role = role_of(call);
  const std::int64_t result = call.result();
  const std::int64_t asked = std::max<std::int64_t>(call.event.argument(2), 0);
  if (role == FutexRole::wait && (result == 0 || result == -EAGAIN)) arrives_at_barrier(c, call);
  const bool opens = role == FutexRole::wake && asked > 0 && result >= 0 && opens_barrier(c, call);
  const bool unlocks = role == FutexRole::unlock && result == 0;
  if (!unlocks && !opens && result <= 0) return;
  if (role == FutexRole::wait || role == FutexRole::lock || role == FutexRole::other) return;
  const Event& e = call.event;
  const Futexes::Key key = first_key(c, call);
  const TokenId token = c.tokens.add({call.thread, e.entry_ns});
  c.state(call).wakes.add({e.entry_ns, c.state(call).cpu});
  if (opens) c.barriers.opened(key, token);
  switch (role) {
    case FutexRole::wake:
      c.futexes.wake(key, e.entry_ns, e.exit_ns, result, token);
      break;
    case FutexRole::wake_two:
      c.futexes.wake_two(key, second_key(c, call), e.entry_ns, e.exit_ns, result, token);
      break;
    case FutexRole::requeue:
    case FutexRole::requeue_counting_all:
      c.futexes.wake(key, e.entry_ns, e.exit_ns, role == FutexRole::requeue ? result : std::min(result, asked), token);
      c.futexes.requeue(key, second_key(c, call), e.entry_ns);
      break;
    default:
      c.futexes.wake(key, e.entry_ns, e.exit_ns, 1, token);
  }
  signal_token(c, call, token);
}

/// A wait at a word for which others had timed out: had this thread been released earlier, those would have ended then.
/// True: it was one.
bool ends_expired_waits(Context& c, Call& call, TokenId token) {
  ThreadState& t = c.state(call);
  const std::vector<std::uint32_t> sleeps = t.expired_waits.take(first_key(c, call));
  if (sleeps.empty() || is_poller(t) || c.processes[call.process].shares_connections) return false;
  const std::uint32_t index = emit_wait(c, call, {OpKind::wait, Cause::sync, 0, token.value, 0}, c.tokens.cause(token));
  for (const std::uint32_t sleep : sleeps) {
    t.emit.ops[sleep].flags |= kInterruptible;
    t.emit.ops[sleep].target = index - sleep;
  }
  return true;
}

void waited(Context& c, Call& call, std::optional<TokenId> token, std::uint16_t flags = 0) {
  if (token) return wait_for_first(c, call, *token, flags);
  if (!call.blocked) return;
  c.counts.add(Count::unmatched_futex_waits);
  external_wait(c, call, Cause::sync);
}

void timed_out(Context& c, Call& call, Ns timeout) {
  c.counts.add(Count::expired_timeouts);
  absolute_sleep(c, call, timeout >= 0 ? timeout : call.blocked, kExpired);
}

/// The wait ended because of the token.
void released(Context& c, Call& call, TokenId token) {
  if (waits_for_lock(call)) return waited(c, call, token, kLock);
  ThreadState& t = c.state(call);
  t.released_by = c.tokens.cause(token);
  if (ends_expired_waits(c, call, token)) return;
  if (c.barriers.is_barrier(first_key(c, call))) return wait_token(c, call, token, Cause::sync);
  waited(c, call, token);
}

void futex_exit(Context& c, Call& call) {
  const FutexRole role = role_of(call);
  if (role != FutexRole::wait && role != FutexRole::lock) return;
  const bool ended = call.result() >= 0 || call.result() == -ETIMEDOUT;
  const Event& e = call.event;
  const bool for_interpreter = ended && role == FutexRole::wait &&
                               c.processes[call.process].interpreter.is_waited_for(
                                   {e.argument(0), call.extra_argument(0, -1), e.entry_ns, e.exit_ns, call.thread});
  if (call.result() == -ETIMEDOUT) {
    if (for_interpreter) return wait_for_interpreter(c, call, std::nullopt);
    timed_out(c, call, call.extra_argument(0, -1));
    ThreadState& t = c.state(call);
    if (!waits_for_lock(call))
      t.expired_waits.add(first_key(c, call), static_cast<std::uint32_t>(t.emit.ops.size() - 1));
    return;
  }
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() == -EAGAIN) {
    if (const auto opening = c.barriers.opening_for(first_key(c, call), call.thread))
      wait_token(c, call, *opening, Cause::sync);
    return;
  }
  if (call.result() < 0 || (role == FutexRole::lock && !call.blocked)) return;
  const auto token = c.futexes.match(first_key(c, call), call.event.entry_ns);
  if (for_interpreter) return wait_for_interpreter(c, call, token);
  if (!token) return waited(c, call, token);
  released(c, call, *token);
  joined(c, call, *token);
}

void futex_waitv_exit(Context& c, Call& call) {
  if (call.result() == -ETIMEDOUT) return timed_out(c, call, call.extra_argument(0, -1));
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() < 0) return;
  const std::int64_t address = call.extra_argument(2 + static_cast<std::size_t>(call.result()));
  waited(c, call, c.futexes.match(key_of(c, call, address), call.event.entry_ns));
}

// --- System V semaphores: a key per semaphore.

Futexes::Key semaphore_key(const Call& call, std::int64_t number) {
  return {1ULL << 63 | static_cast<std::uint64_t>(call.event.argument(0)), static_cast<std::uint64_t>(number)};
}

void semop_entry(Context& c, Call& call) {
  c.sharing.uses(call.process, 2ULL << 60 | static_cast<std::uint64_t>(call.event.argument(0)),
                 "they use one System V semaphore set");
  if (call.result() < 0) return;
  std::optional<TokenId> token;
  for (std::int64_t i = 0; i < call.extra_argument(0); ++i) {
    const auto at = static_cast<std::size_t>(1 + 2 * i);
    const std::int64_t change = call.extra_argument(at + 1);
    if (change <= 0) continue;
    if (!token) token = c.tokens.add({call.thread, call.event.entry_ns});
    c.futexes.wake(semaphore_key(call, call.extra_argument(at)), call.event.entry_ns, call.event.exit_ns, change,
                   *token);
  }
  if (token) signal_token(c, call, *token);
}

void semop_exit(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() == -EAGAIN && call.event.kind == SYS_semtimedop && call.blocked) return timed_out(c, call, -1);
  if (call.result() < 0 || !call.blocked) return;
  for (std::int64_t i = 0; i < call.extra_argument(0); ++i) {
    const auto at = static_cast<std::size_t>(1 + 2 * i);
    if (call.extra_argument(at + 1) >= 0) continue;
    if (const auto token = c.futexes.match(semaphore_key(call, call.extra_argument(at)), call.event.entry_ns))
      return wait_for_first(c, call, *token, 0);
  }
  external_wait(c, call, Cause::sync);
}

// --- Message queues: the k-th message received is the k-th sent.

std::uint64_t queue_key(const Call& call) {
  const bool posix = call.event.kind == SYS_mq_timedsend || call.event.kind == SYS_mq_timedreceive;
  return posix ? 1ULL << 40 | call.object.value : static_cast<std::uint64_t>(call.event.argument(0));
}

void message_sent(Context& c, Call& call) {
  if (call.result() < 0) return;
  const TokenId token = c.tokens.add({call.thread, call.event.entry_ns});
  c.queues[queue_key(call)].push_back(token);
  signal_token(c, call, token);
}

void message_received(Context& c, Call& call) {
  if (call.result() == -EINTR) return interrupted(c, call);
  if (call.result() == -ETIMEDOUT) return timed_out(c, call, -1);
  if (call.result() < 0) return;
  auto& queue = c.queues[queue_key(call)];
  if (queue.empty()) return external_wait(c, call, Cause::sync);
  const TokenId token = queue.front();
  queue.erase(queue.begin());
  wait_token(c, call, token, Cause::sync);
}

/// The first of several yields in a row.
void begins_to_yield(Context& c, Call& call) {
  Yields& y = c.state(call).yields;
  y.arrival.reset();
  if (!c.barriers.takes_part(call.thread)) return;
  y.arrival = c.tokens.add({call.thread, call.event.entry_ns});
  c.emit(call).aside({OpKind::signal, Cause::none, 0, y.arrival->value, 0}, 0, 0);
}

void yield_entry(Context& c, Call& call) {
  ThreadState& t = c.state(call);
  const bool goes_on = t.yields.cpu >= 0 && t.cpu - t.yields.cpu <= kAtOnceNs;
  if (!goes_on) begins_to_yield(c, call);
  c.processes[call.process].yielding.insert(call.thread);
  t.yields.cpu = t.cpu;
  t.yields.inside = true;
  t.emit.spin(call.cpu);
  call.cpu = 0;
}

void yield_exit(Context& c, Call& call) {
  Yields& y = c.state(call).yields;
  y.inside = false;
  y.since = call.event.exit_ns;
}

/// glibc asks for the attributes of a thread (pthread_getattr_np) with a set of 32 bytes, which is no question for the
/// number of cores.
void asks_for_cores(Context& c, Call& call) {
  constexpr std::int64_t kForAttributes_B = 32;
  if (call.event.argument(1) != kForAttributes_B) c.counts.add(Count::core_queries);
}

constexpr HandlerRow kRows[] = {
    {SYS_sched_getaffinity, asks_for_cores, nullptr}, {SYS_futex, futex_entry, futex_exit},
    {SYS_futex_waitv, nullptr, futex_waitv_exit},     {SYS_semop, semop_entry, semop_exit},
    {SYS_semtimedop, semop_entry, semop_exit},        {SYS_msgsnd, message_sent, nullptr},
    {SYS_msgrcv, nullptr, message_received},          {SYS_mq_timedsend, message_sent, nullptr},
    {SYS_mq_timedreceive, nullptr, message_received}, {SYS_sched_yield, yield_entry, yield_exit},
};

}  // namespace

std::span<const HandlerRow> sync_handlers() { return kRows; }

void settle_yields(Context& c, const Call& call) {
  ThreadState& t = c.state(call);
  const auto opening = c.barriers.passes(call.thread);
  if (opening) {
    const Op wait{OpKind::wait, Cause::sync, kPolls, opening->value, 0};
    t.emit.effect(wait, 0, 0);
    t.waits.add(wait, t.last_exit);
  }
  if (!opening && call.event.kind == SYS_sched_yield) return;
  t.yields.cpu = -1;
  c.processes[call.process].yielding.erase(call.thread);
}

}  // namespace simrec::replay::causal
