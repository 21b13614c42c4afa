// What the event engine tells about causes, for the critical path. A thread's chain is extended whenever some of its
// time is accounted for; what another thread's doing ended goes on from that one's chain, by way of the network if it
// went there.
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

void EventEngine::note_start(std::uint32_t t) {
  Thread& thread = threads_[t];
  thread.chain = program_.threads[t].spawned ? std::move(thread.cause) : in_.insight->chains.beginning(to_ns(now_));
  thread.cause = {};
}

void EventEngine::note_computed(std::uint32_t t) {
  Thread& thread = threads_[t];
  const double ready_s = std::max(0.0, now_ - thread.since - thread.work_s);
  CausalChains& chains = in_.insight->chains;
  chains.extend(thread.chain, {to_ns(now_ - ready_s), PathKind::compute, thread.account, 0, 0});
  chains.extend(thread.chain, {to_ns(now_), PathKind::ready, thread.account, 0, 0});
}

PathKind EventEngine::kind_of_wait(const Thread& thread, const Op& op, IntervalState state) const {
  if (thread.turn_awaited) return PathKind::order;
  if (op.kind == OpKind::io) return PathKind::disk;
  if (!thread.released && (op.flags & kOutside)) return PathKind::outside;
  if (op.kind == OpKind::sleep && op.cause == Cause::network) return PathKind::window;
  if (!thread.released && (op.kind == OpKind::sleep || op.kind == OpKind::expire)) return PathKind::sleep;
  if (op.kind == OpKind::send && thread.released_by_plus_one == 0) return PathKind::window;
  switch (state) {
    case IntervalState::sync:
      return op.flags & kLock ? PathKind::lock : PathKind::sync;
    case IntervalState::child:
      return PathKind::child;
    default:
      return PathKind::wake;
  }
}

/// The thread waited in `op` since thread.since, until now.
void EventEngine::note_waited(std::uint32_t t, const Op& op, IntervalState state) {
  Thread& thread = threads_[t];
  const bool interrupted = op.kind == OpKind::sleep && thread.released;
  if (op.kind == OpKind::recv || op.kind == OpKind::recv_end)
    in_.insight->reader_waited(op.target, now_ - thread.since);
  CausalChains::Step step{to_ns(now_),
                          kind_of_wait(thread, interrupted ? thread.goal : op,
                                       interrupted ? wait_state(program_, thread.goal, false) : state),
                          thread.account, 0, 0};
  if (step.kind == PathKind::disk)
    step.what_plus_one = op.target + 1;
  else if (step.kind != PathKind::sleep && step.kind != PathKind::outside && step.kind != PathKind::window)
    step.what_plus_one = thread.released_by_plus_one;
  if (thread.cause) {
    thread.chain = std::move(thread.cause);
    const double since = thread.turn_awaited ? thread.ready_since : thread.since;
    if (thread.released) step.waited_ns = std::max<Ns>(to_ns(now_) - to_ns(since), 0);
  }
  thread.cause = {};
  thread.turn_awaited = false;
  in_.insight->chains.extend(thread.chain, step);
}

/// The thread, which was ready, has its event loop's turn.
void EventEngine::note_turn(std::uint32_t t) {
  Thread& thread = threads_[t];
  if (thread.cause) thread.chain = std::move(thread.cause);
  const Ns waited = thread.turn_awaited ? to_ns(now_) - to_ns(thread.ready_since) : 0;
  thread.cause = {};
  thread.turn_awaited = false;
  in_.insight->chains.extend(thread.chain, {to_ns(now_), PathKind::order, thread.account, 0, waited});
}

/// The thread has waited for its interpreter's lock.
void EventEngine::note_interpreter(std::uint32_t t) {
  Thread& thread = threads_[t];
  if (thread.cause) thread.chain = std::move(thread.cause);
  thread.cause = {};
  const Ns waited = to_ns(now_) - to_ns(thread.since);
  in_.insight->chains.extend(thread.chain, {to_ns(now_), PathKind::lock, thread.account, 0, waited});
}

void EventEngine::note_end(std::uint32_t t) {
  const bool killed = current(t).flags & kNonblocking;
  if (program_.threads[t].process == 0 && threads_[t].account == t && !killed) in_.insight->end = threads_[t].chain;
  threads_[t].chain = {};
}

/// The stream's flow has just ended.
void EventEngine::note_transfer(std::uint32_t index) {
  const Stream& stream = streams_[index];
  RemotePath& path = *stream.remote;
  in_.insight->flow_ended(stream.source, stream.destination, path.flow_since, now_,
                          wire_bytes(in_.network, path.flow_end - path.flowed));
  in_.insight->chains.extend(
      path.flow, {to_ns(now_), PathKind::bandwidth, threads_[path.writer_plus_one - 1].account, index + 1, 0});
  if (path.has_window) path.acknowledgements.push_back({path.last_delivery + path.back_s, path.flow});
}

void EventEngine::note_arrival(std::uint32_t index, Delivery& delivery) {
  const std::uint32_t writer =
      delivery.writer_plus_one ? delivery.writer_plus_one - 1 : program_.streams[index].writer_thread;
  in_.insight->chains.extend(delivery.chain, {to_ns(now_), PathKind::latency, threads_[writer].account, index + 1, 0});
}

/// Takes what has arrived at the sender by now.
void EventEngine::note_acknowledgements(RemotePath& path) {
  double latest = -1;
  for (; !path.acknowledgements.empty() && path.acknowledgements.front().time <= now_ + kInstant_s;
       path.acknowledgements.pop_front()) {
    latest = path.acknowledgements.front().time;
    path.credit = std::move(path.acknowledgements.front().chain);
  }
  for (const RoomNotice& notice : path.notices) {
    if (notice.time > now_ + kInstant_s) break;
    if (notice.time >= latest) path.credit = notice.chain;
  }
}

/// The sender learns that it may send more.
void EventEngine::note_credit(std::uint32_t index) {
  RemotePath& path = *streams_[index].remote;
  note_acknowledgements(path);
  note_learned(index, path.credit);
}

/// The stream's sender learns of an arrival; `chain` led to that.
void EventEngine::note_learned(std::uint32_t index, Chain& chain) {
  const std::uint32_t writer_plus_one = streams_[index].remote->writer_plus_one;
  const std::uint32_t writer = writer_plus_one ? writer_plus_one - 1 : program_.streams[index].writer_thread;
  in_.insight->chains.extend(chain, {to_ns(now_), PathKind::window, threads_[writer].account, index + 1, 0});
}

/// What led to a connection's handshake getting as far as it has now.
Chain EventEngine::established(std::uint32_t index) {
  const Connection& connection = connections_[index];
  Chain chain = connection.chain;
  if (in_.insight)
    in_.insight->chains.extend(
        chain, {to_ns(now_), PathKind::connect, threads_[connection.client_plus_one - 1].account, index + 1, 0});
  return chain;
}

}  // namespace simrec::replay
