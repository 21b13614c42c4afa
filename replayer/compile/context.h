// What the passes of the compiler share while walking a trace, and the few ways they emit waits.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "replayer/compile/barriers.h"
#include "replayer/compile/channels.h"
#include "replayer/compile/compile.h"
#include "replayer/compile/counts.h"
#include "replayer/compile/datagrams.h"
#include "replayer/compile/descriptors.h"
#include "replayer/compile/emitter.h"
#include "replayer/compile/event_loops.h"
#include "replayer/compile/expired_waits.h"
#include "replayer/compile/file_cache.h"
#include "replayer/compile/futexes.h"
#include "replayer/compile/interpreter_locks.h"
#include "replayer/compile/pid_numbers.h"
#include "replayer/compile/poll_timeouts.h"
#include "replayer/compile/shared_pollers.h"
#include "replayer/compile/sharing.h"
#include "replayer/compile/signals.h"
#include "replayer/compile/tokens.h"
#include "trace-format/ledger.h"

namespace simrec::replay::causal {

/// A call waited for something if it was off the CPU at least this long: tracing noise is below.
inline constexpr Ns kReallyBlockedNs = 20'000;

/// The call a thread is in.
struct Call {
  std::uint32_t thread = 0;
  std::uint32_t process = 0;
  std::uint32_t index = 0;    ///< of its event in the thread
  std::uint32_t entered = 0;  ///< how many entries and transfers came before its own, of all threads
  Event event;
  std::size_t extra = 0;  ///< index of the first argument behind the register ones
  Ns cpu = 0;             ///< corrected CPU time of the call not emitted yet
  Ns blocked = 0;         ///< time it waited, tracing excluded; 0 below kReallyBlockedNs
  std::int32_t fd = -1;
  DescriptionId description;
  ObjectId object;
  std::uint32_t channel_plus_one = 0;  ///< bytes accounted at entry, to be completed at exit

  std::int64_t result() const { return event.result; }
  /// Argument of the row's extras.
  std::int64_t extra_argument(std::size_t i, std::int64_t fallback = 0) const {
    return event.argument(extra + i, fallback);
  }
};

/// CausePoint::time of a wait that no thread of the trace ended: sleep, timer, device, peer outside.
inline constexpr Ns kGenuineWait = -2;

/// A recorded wait and what ended it: the recorded critical path follows these.
struct Edge {
  std::uint32_t event = 0;
  CausePoint by;
};

/// The edges of one thread, by event.
class Edges {
 public:
  explicit Edges(const std::shared_ptr<ScratchSpace>& space) : edges_(space) {}

  std::size_t size() const { return edges_.size(); }
  const Edge& operator[](std::size_t i) const { return edges_[i]; }
  /// Has an edge of that event or a later one been added last?
  bool reach(std::uint32_t event) const { return !edges_.empty() && latest_ >= event; }
  /// Behind those of the same event. A poll's cause comes late: it is known only at what was consumed after it.
  void add(const Edge& edge) {
    latest_ = edge.event;
    edges_.push_back(edge);
    for (std::size_t i = edges_.size() - 1; i > 0 && edges_[i - 1].event > edge.event; --i)
      std::swap(edges_[i - 1], edges_[i]);
  }

 private:
  ScratchSequence<Edge> edges_;
  std::uint32_t latest_ = 0;  ///< event of the one added last
};

/// A wait that was recorded on an op which turns out to have its peer outside the trace.
struct ConditionalWait {
  std::uint32_t op = 0;
  Ns blocked = 0;
};

/// The latest few of something.
template <class T>
class Latest {
 public:
  void add(const T& item) { items_[count_++ % items_.size()] = item; }
  /// The latest one for which that holds; nullopt = there is none, or none is known any more.
  template <class Condition>
  std::optional<T> find(const Condition& holds) const {
    for (std::size_t i = 0; i < std::min(count_, items_.size()); ++i)
      if (const T& item = items_[(count_ - 1 - i) % items_.size()]; holds(item)) return item;
    return std::nullopt;
  }

 private:
  std::array<T, 8> items_{};
  std::size_t count_ = 0;
};

/// A thread released others at a futex: when, and at which CPU time of its own.
struct Wake {
  Ns time = 0, cpu = 0;
};

/// A thread's latest calls of sched_yield in a row.
struct Yields {
  Ns cpu = -1;   ///< its CPU time at the last one; -1 = it has made another call since, or passed a barrier
  Ns since = 0;  ///< exit of the last one
  bool inside = false;
  std::optional<TokenId> arrival;  ///< at the first one, if it takes part in a barrier
};

/// What a thread waited for, the latest few times.
class LatestWaits {
 public:
  void add(const Op& op, Ns end) { waits_.add({op, end}); }

  struct Wait {
    Op op;
    Ns end = -1;
  };
  /// The latest one that had ended by then.
  std::optional<Wait> before(Ns time) const {
    return waits_.find([time](const Wait& w) { return w.end <= time; });
  }
  /// The same of those that can be gates.
  std::optional<Wait> gate_before(Ns time) const {
    return waits_.find([time](const Wait& w) { return w.end <= time && can_be_gate(w.op.kind); });
  }

 private:
  Latest<Wait> waits_;
};

struct ThreadState {
  explicit ThreadState(const std::shared_ptr<ScratchSpace>& space)
      : emit(space), edges(space), conditional(space), polled(space), visits(space) {}

  Emitter emit;
  Call call;
  Edges edges;
  ScratchSequence<ConditionalWait> conditional;
  PolledSources polled;                      ///< sources are links and channels here
  std::vector<ObjectId> had_room;            ///< its last poll() reported that they may be written to
  ObjectId last_epoll;                       ///< that its last poll was of; 0 = it was a poll()
  Visits visits;                             ///< of a thread whose process shares connections
  std::uint32_t sleeping_poll_plus_one = 0;  ///< event that slept in a poll not explained yet
  CausePoint poll_cause;                     ///< who made something ready for it
  LatestWaits waits;
  LatestWaits receives;  ///< those of them that were for a peer
  ExpiredWaits expired_waits;
  Ns cpu = 0;              ///< all of it so far
  CausePoint released_by;  ///< who ended its latest wait at a futex that is no lock
  Latest<Wake> wakes;
  Ns slept_at = -1, slept_cpu = 0;  ///< its latest wait at a futex that is no lock began: when, at what CPU time
  Yields yields;
  std::uint64_t clear_tid = 0;
  bool begun = false, ended = false;
  std::optional<TokenId> end_token;          ///< of who joins it
  std::optional<TokenId> done_token;         ///< of whoever finds it ended without a call: all that it does is done
  bool keeps_time = false;                   ///< it has slept, or waited until a timeout expired
  bool awaited = false;                      ///< somebody waits for its done_token
  std::vector<std::uint32_t> ended_created;  ///< threads that it created and that have ended, since it last joined one
  bool spawned = false;
  PollTimeouts timeouts;
  Ns last_exit = 0;                ///< exit of its latest event
  Ns unfinished_since = -1;        ///< entry of the call it died in
  std::uint16_t exec_seen_by = 0;  ///< event kind that told of an exec whose other sign is still to come
  int fatal_signal = 0;            ///< signal delivered last
};

/// A timer that delivers a signal or feeds a timerfd.
struct Timer {
  std::uint32_t id_plus_one = 0;  ///< Program timer; 0 = never armed
  Ns armed_at = 0, first = 0, interval = 0;
  std::int64_t expired = 0;  ///< expirations consumed
};

/// A sleep, or the time until an alarm, see deadlines.h.
struct LongWait {
  Ns begin = 0, end = 0;
  std::uint32_t thread_plus_one = 0;  ///< who slept; 0 = nobody: an alarm
  std::int64_t parts = 1;             ///< alarms one after the other

  Ns length() const { return end - begin; }
};

struct ProcessState {
  bool begun = false, ended = false, reaped = false;
  /// It has received on a connection that its parent had accepted. Such a server does not wait for those children: it
  /// reaps them when it is told that one has ended, between other things.
  bool serves_connection = false;
  std::uint32_t parent_plus_one = 0;
  std::uint64_t address_space = 0;
  TokenId exit_token;
  TokenId started_token;  ///< vfork: exec or exit
  bool vforked = false;
  std::vector<std::uint32_t> threads;
  std::uint32_t exiter_plus_one = 0;  ///< thread that called exit_group
  Ns exit_started = -1;
  std::optional<TokenId> death_token;  ///< the thread that got a fatal signal ended
  Timer real_timer;
  /// Any of its threads takes up what comes: they wait with one epoll instance, or pass connections on often.
  bool shares_connections = false;
  std::set<std::uint32_t> yielding;  ///< threads that do nothing else
  std::uint32_t passed_on = 0;       ///< see passes_on_connection()
  Ns alarm_set_at = -1;              ///< a timer that signals once
  LongWait longest_wait;             ///< that was asked for and ended by itself
  LongWait alarms;                   ///< the latest ones that went off, one set soon after the other
  LongWait most_alarms;              ///< those that lasted longest
  InterpreterLocks interpreter;

  /// A thread receives on an accepted connection from which another one had received last, or answers what another one
  /// has received. So often it is by design.
  void passes_on_connection() {
    constexpr std::uint32_t kByDesign = 8;
    shares_connections = ++passed_on >= kByDesign || shares_connections;
  }
  void waited(const LongWait& wait) {
    if (wait.length() > longest_wait.length()) longest_wait = wait;
  }
  /// An alarm went off. Benchmarks have one for each of their parts.
  void alarmed(Ns set_at, Ns now) {
    const Ns part = now - set_at;
    const bool goes_on = alarms.end > 0 && set_at - alarms.end <= part / 10;
    alarms = {goes_on ? alarms.begin : set_at, now, 0, goes_on ? alarms.parts + 1 : 1};
    if (alarms.length() > most_alarms.length()) most_alarms = alarms;
  }
};

/// eventfd while compiling: the writes since the last read.
struct EventCounter {
  struct Write {
    Ns entry;
    TokenId token;
  };
  std::vector<Write> writes;
};

/// A read that met the end of a stream whose writer had not been seen closing yet.
struct PendingEnd {
  std::uint32_t thread, op, channel;
  Ns at;
};

struct Context {
  Context(const Trace& trace, const CompileOptions& options);

  ThreadState& state(const Call& call) { return threads[call.thread]; }
  Emitter& emit(const Call& call) { return threads[call.thread].emit; }
  const Object& object(ObjectId id) const { return trace.tables.object(id); }
  const std::string& string(std::int64_t id) const { return trace.tables.string({static_cast<std::uint32_t>(id)}); }
  /// Process with that pid, as process `caller` sees it; the latest begun and not ended, else the latest. + 1; 0 =
  /// none.
  std::uint32_t find_process(std::uint32_t caller, std::int64_t pid) const;
  std::uint32_t find_thread(std::uint32_t caller, std::int64_t tid) const;
  /// The events that an epoll object waits for on another object.
  std::int64_t& interest(ObjectId epoll, ObjectId watched) {
    return epoll_events[static_cast<std::uint64_t>(epoll.value) << 32 | watched.value];
  }

  const Trace& trace;
  const CompileOptions& options;
  /// Does the trace tell which sockets have TCP_NODELAY? Not of those that are older than it.
  bool knows_no_delay;
  std::shared_ptr<ScratchSpace> space;  ///< for all that grows with the number of events
  Ledger ledger;
  Program program;
  std::vector<ThreadState> threads;
  std::vector<ProcessState> processes;
  DescriptorTables descriptors;
  Channels channels;
  Tokens tokens;
  Futexes futexes;
  Futexes locks;
  Barriers barriers;
  Signals signals;
  Datagrams datagrams;
  FileCache files;
  Sharing sharing;
  Counts counts;
  std::unordered_map<std::uint32_t, Timer> timerfds;                    ///< by object
  std::unordered_map<std::uint32_t, EventCounter> eventfds;             ///< by object
  std::unordered_map<std::uint32_t, std::vector<ObjectId>> epoll_sets;  ///< by epoll object
  std::unordered_map<std::uint32_t, std::unordered_map<std::int64_t, ObjectId>>
      epoll_data;                                                ///< object by data, by epoll object
  std::unordered_map<std::uint32_t, std::uint32_t> pollers;      ///< first thread that waited with it, by epoll object
  std::uint32_t steps = 0;                                       ///< entries of calls and transfers so far
  std::unordered_map<std::uint64_t, std::int64_t> epoll_events;  ///< see interest()
  std::unordered_map<std::uint64_t, Timer> posix_timers;         ///< by process << 32 | timer
  std::unordered_map<std::uint32_t, std::vector<DescriptionId>> passed;  ///< by object: SCM_RIGHTS in flight
  std::unordered_map<std::uint64_t, std::vector<TokenId>> queues;        ///< System V and POSIX message queues
  PidNumbers numbers;
  ScratchSequence<PendingEnd> pending_ends;
  std::vector<CausePoint> link_causes;  ///< by link: the connect call
  DescriptorTables::Dead dead;          ///< scratch
  std::uint64_t next_address_space = 1;
  RecordingQuality quality;  ///< sums while walking
};

// Emitting, for handlers at a call's exit. Each places the call's CPU time: in front of what causes something,
// half on each side of a wait that slept, behind a wait that did not.

/// Notes for the recorded critical path that the call's wait was genuine.
void genuine_wait(Context& c, const Call& call);
/// An op that others wait for, or that waits only for room.
std::uint32_t emit_cause(Context& c, Call& call, Op op);
/// An op that waits for `by`.
std::uint32_t emit_wait(Context& c, Call& call, Op op, CausePoint by);
/// Waits until the token's event happened.
void wait_token(Context& c, Call& call, TokenId token, Cause cause, std::uint16_t flags = 0);
/// The same where it may have been chance that the other one came first: locks, semaphores, condition variables.
void wait_for_first(Context& c, Call& call, TokenId token, std::uint16_t flags);
/// The call waited for the lock of an interpreter, until `token`'s event happened; none: a timeout expired, or nobody
/// knows. Nobody waits for a thread that has not received yet what it had received before it passed the lock on; where
/// the interpreter's threads compute one at a time (InterpreterLocks::slice_ns), nobody waits for a particular one.
void wait_for_interpreter(Context& c, Call& call, std::optional<TokenId> token);
/// Now the token's event happens.
void signal_token(Context& c, Call& call, TokenId token);
/// A wait whose cause is not in the trace: the recorded time, if it really waited.
void external_wait(Context& c, Call& call, Cause cause);
/// Bytes from outside the trace: as above; a poll that slept just before waited for them.
void external_read(Context& c, Call& call, Cause cause);
/// The poll that slept last has not found anything traced: its wait was genuine.
void unexplained_poll(Context& c, ThreadState& thread);
/// A sleep that is as long on every platform.
void absolute_sleep(Context& c, Call& call, Ns duration, std::uint16_t flags = 0);
/// The call failed with EINTR: waits for whoever sent the signal (see on_signals.cc).
void interrupted(Context& c, Call& call);

/// The call waited for the token. If that was the end of a thread (pthread_join), others that the caller created and
/// that have ended are taken to be joined, too: it needs no call for those.
void joined(Context& c, Call& call, TokenId token);

/// The writer closed its end: finish op, once per channel.
void finish_channel(Context& c, Call& call, std::uint32_t channel, Ns when);
/// Closes what died: ends streams, releases locks. Emitted in the call's thread.
void close_descriptions(Context& c, Call& call, Ns when);

}  // namespace simrec::replay::causal
