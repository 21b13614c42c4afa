// Takes the chance out of event loops. A loop that served connection A before B because A was ready first must, on
// another platform, serve whichever is ready first (DESIGN: order that was chance is not replayed as law).
//
// A thread's ops between polls are cut into handlers: one begins where the thread turns to a source that the last
// poll reported (or that it accepted since). The handlers of one source, in order, become a fiber: a ProgramThread
// of its own that shares its thread's turn. What a handler does to a source that was not reported (a proxy's request
// to its upstream, the next connection of a client) stays in it, and the other source's handlers wait for it.
// A handler that sends on a source which sent last, too, and has received nothing since, waits for the handler that
// received last: it passes on what came from there. (Unless it goes on with what did not fit before.)
// What is sent to a source that was not reported comes from the first handler since the poll that received about as
// much and has not passed it on, else from the current one. A thread that waits for one thing at a time (no polls, or
// of one descriptor) and serves one connection after the other takes them in the order in which they come: from accept
// to accept is a handler, which keeps the turn while it waits, also for threads that it has started. Several such
// threads may take them from one queue: worker_pools.h.
//
// Where a thread tells epoll that it wants to write to a source, or a poll() reports room that the one before did not,
// what it then sends there comes from the handler that asked (squid and stunnel read from one side, ask for room on the
// other, and write after the next poll).
//
// An eventfd is a source, too: by it other threads tell the loop what they have done (thread pools of runtimes).
//
// A runtime of tasks reads what has come, comes round again, and lets the tasks run: what was computed before an answer
// then belongs to that (late_work.h).
//
// Anything else that can wait (sleeps, locks, children, sources that were not polled) ends the region: it runs when
// all its handlers have run, and the thread's own order is law again.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// A connection (its number), another stream (its number | kStreamSource), or an eventfd (its object's id |
/// kEventSource).
using SourceKey = std::uint32_t;
inline constexpr SourceKey kStreamSource = 1U << 31;
inline constexpr SourceKey kEventSource = 1U << 30;
inline bool is_connection(SourceKey key) { return (key & (kStreamSource | kEventSource)) == 0; }

/// A poll that found something: from `first_op` on, the sources up to `end_source` of the thread's list are ready.
struct PollMark {
  std::uint32_t first_op = 0;
  std::uint32_t end_source = 0;
  Ns at_ns = 0;        ///< while recording
  bool alone = false;  ///< it looked at one descriptor only: a blocking call in other words
};

/// Before op `first_op` the thread began to ask whether it may write to the source (EPOLLOUT, POLLOUT).
struct WriteWish {
  std::uint32_t first_op = 0;
  SourceKey source = 0;
};

/// The polls of one thread.
struct PolledSources {
  PolledSources() = default;
  explicit PolledSources(const std::shared_ptr<ScratchSpace>& space)
      : marks(space), sources(space), wishes(space), idle(space) {}

  ScratchSequence<PollMark> marks;
  ScratchSequence<SourceKey> sources;
  ScratchSequence<WriteWish> wishes;
  /// Before these ops the thread looked around, without waiting, and found nothing; each at most twice.
  ScratchSequence<std::uint32_t> idle;
};

/// The handlers of one source in one region.
struct Fiber {
  std::uint32_t thread = 0;
  SourceKey source = 0;
  std::uint32_t region = 0;                  ///< unique in the program
  Ns first_ready_ns = 0, last_ready_ns = 0;  ///< polls that reported the source, while recording
};

struct SplitLoops {
  std::vector<Fiber> fibers;
  std::uint32_t regions = 0;
  std::uint64_t handlers = 0;  ///< that may now run in another order than recorded
  std::uint64_t paced = 0;     ///< requests of strands that a timer started, see shared_pollers.h
  std::uint64_t lent = 0;      ///< sends to a connection that another client had sent to before, see LentConnections
};

/// Splits the event loops of all threads into fibers. `polled` by thread; `listener` by connection, equal for those
/// that were accepted from one socket (see worker_pools.h). `events`: by token the eventfd whose reads wait for it, 0 =
/// none; may be shorter.
SplitLoops split_event_loops(Program& program, const std::vector<PolledSources>& polled,
                             std::span<const std::uint32_t> listener = {},
                             const ScratchSequence<SourceKey>& events = {});

}  // namespace simrec::replay::causal
