// What ops mean to an event loop, and a visit of one to a source. For event_loops and fiber_writer.
#pragma once

#include "replayer/compile/event_loops.h"

namespace simrec::replay::causal {

/// One visit to a source: ops [first, end) of the thread, without the sleeps that the region drops.
struct Handler {
  std::uint32_t first = 0, end = 0;
  SourceKey source = 0;
  std::uint32_t token_plus_one = 0;  ///< signalled at its end, when somebody waits for it
  std::size_t first_awaited = 0;     ///< of the region's awaited tokens
  std::uint32_t awaited = 0;         ///< so many: of handlers of other sources that must have ended
};

/// What a poll reports when a stream is ready.
inline SourceKey source_of_stream(const Program& program, std::uint32_t stream) {
  const std::uint32_t connection = program.streams[stream].connection_plus_one;
  return connection ? connection - 1 : stream | kStreamSource;
}

/// The same for a transfer.
inline SourceKey source_of_transfer(const Program& program, const Op& op) {
  const bool names_connection = op.kind == OpKind::accept || op.kind == OpKind::connect;
  return names_connection ? op.target : source_of_stream(program, op.target);
}

/// By token the eventfd whose reads wait for it, 0 = none; may be shorter.
using EventSources = ScratchSequence<SourceKey>;

/// The eventfd that the op reads, or 0.
inline SourceKey event_read_by(const Op& op, const EventSources& events) {
  return op.kind == OpKind::wait && op.target < events.size() ? events[op.target] : 0;
}

inline bool transfers(const Op& op) {
  return op.kind == OpKind::send || op.kind == OpKind::recv || op.kind == OpKind::recv_end ||
         op.kind == OpKind::finish || op.kind == OpKind::accept || op.kind == OpKind::connect;
}

inline bool learns_of_connection(const Op& op) { return op.kind == OpKind::send && op.value == 0; }

/// Does the other side make it happen? Such ops come when their calls end, others when those begin.
inline bool comes_from_peer(const Op& op) {
  return op.kind == OpKind::recv || op.kind == OpKind::recv_end || op.kind == OpKind::accept ||
         learns_of_connection(op);
}

/// A signal that wakes others, and says nothing about all that its thread has done.
inline bool is_plain_signal(const Op& op) { return op.kind == OpKind::signal && !(op.flags & kAfterAll); }

/// Ops that a handler may hold besides transfers: they never wait for another thread.
inline bool harmless(const Op& op) {
  return op.kind == OpKind::compute || op.kind == OpKind::signal || op.kind == OpKind::arm || op.kind == OpKind::io ||
         op.kind == OpKind::spawn;
}

/// Whoever takes work from a queue waits for it, whether or not its turn would come sooner.
inline Op without_gate(Op op) {
  if (op.kind == OpKind::wait) {
    op.flags &= static_cast<std::uint16_t>(~kYields);
    op.value = 0;
  }
  return op;
}

inline bool waits_for_threads(const Op& op) { return op.kind == OpKind::wait && op.cause == Cause::sync; }
/// Which of a pool's threads had a lock when another wanted it is not replayed.
inline bool is_chance(const Op& op, bool pooled) { return pooled && op.kind == OpKind::wait && (op.flags & kLock); }

}  // namespace simrec::replay::causal
