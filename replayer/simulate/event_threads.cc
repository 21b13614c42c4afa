// Threads of the event engine: how they run their ops, what they wait for, in which list, and what follows.
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

void EventEngine::start_thread(std::uint32_t t) {
  if (threads_[t].phase != Phase::unborn) return;
  threads_[t].phase = Phase::runnable;
  look_at_ops(t);
  if (threads_[t].account != t) return start_fiber(t);
  in_.accounting.thread_started(t, now_);
  if (in_.insight) note_start(t);
  run_thread(t);
}

void EventEngine::run_thread(std::uint32_t t) {
  constexpr std::uint64_t kProgressMask = (1 << 16) - 1;
  const Thread& thread = threads_[t];
  const Because because(*this, thread.chain);
  for (;;) {
    const Op& op = *thread.at;
    const Head head = op.flags & kTurn ? take_turn(t, op) : Head::goes_on;
    if (head == Head::waits || (head == Head::goes_on && !step(t, op))) return;
    advance(t);
    if ((operations_ & kProgressMask) == 0 && in_.progress) in_.progress(operations_);
    if (thread.phase == Phase::ended) return;
  }
}

void EventEngine::advance(std::uint32_t t) {
  Thread& thread = threads_[t];
  ++operations_;
  ++thread.position;
  if (++thread.at != thread.end) return;
  if (thread.phase == Phase::ended) return ops_.close(t);
  look_at_ops(t);
}

/// Points the thread to the ops from its position on.
void EventEngine::look_at_ops(std::uint32_t t) {
  const std::span<const Op> window = ops_.from(t, threads_[t].position);
  threads_[t].at = window.data();
  threads_[t].end = window.data() + window.size();
}

bool EventEngine::step(std::uint32_t t, const Op& op) {
  switch (op.kind) {
    case OpKind::compute:
      return compute(t, op);
    case OpKind::sleep:
      return sleep(t, op);
    case OpKind::send:
      return send(t, op);
    case OpKind::recv:
      return recv(t, op);
    case OpKind::finish:
      return finish(t, op);
    case OpKind::connect:
      return connect(t, op);
    case OpKind::recv_end:
    case OpKind::accept:
      return satisfied(t, op) || hold(t, list_of(op));
    case OpKind::wait:
      if (comes_first(op)) ++in_.counts.came_first;
      return satisfied(t, op) || hold(t, list_of(op));
    case OpKind::signal:
      signal(t, op);
      return true;
    case OpKind::arm:
      arm(t, op);
      return true;
    case OpKind::expire:
      return expire(t, op);
    case OpKind::io:
      return io(t, op);
    case OpKind::spawn:
      if (threads_[op.target].phase == Phase::unborn) threads_[op.target].cause = *cause_;
      queue_.push(now_, EventKind::start, op.target);
      return true;
    case OpKind::exit:
      end_thread(t);
      return true;
  }
  return true;
}

void EventEngine::end_thread(std::uint32_t t) {
  threads_[t].phase = Phase::ended;
  --live_threads_;
  if (threads_[t].loop != kNone) pass_turn(t);
  if (threads_[t].account == t) in_.accounting.thread_ended(t, current(t), now_);
  if (in_.insight) note_end(t);
}

/// The thread waits from now on. Always false, for step().
bool EventEngine::hold(std::uint32_t t, WaitList* list) {
  Thread& thread = threads_[t];
  thread.phase = Phase::waiting;
  thread.released = false;
  thread.released_by_plus_one = 0;
  thread.cause = {};
  thread.since = now_;
  ++thread.version;
  if (list) append(*list, t);
  return false;
}

/// Another thread or the network ended the wait; the thread is in no list any more.
void EventEngine::release(std::uint32_t t, std::uint32_t by_plus_one) {
  Thread& thread = threads_[t];
  thread.released = true;
  thread.released_by_plus_one = by_plus_one;
  thread.cause = *cause_;
  ++thread.version;
  if (wants_turn(t)) return queue_for_turn(t);
  if (thread.phase == Phase::waiting && current(t).kind == OpKind::sleep) ++in_.counts.sleeps_cut_short;
  wake_up(t);
}

/// The thread runs again after a wait, as soon as a core has been woken for it.
void EventEngine::wake_up(std::uint32_t t) {
  Thread& thread = threads_[t];
  const HostCosts& costs = in_.platform.host(thread.host).costs;
  const Op& op = current(t);
  const double delay = wake_up_cost_s(costs, op, thread.since, now_, waits_for_host(op));
  if (delay > 0)
    queue_.push(now_ + delay, EventKind::resume, t, thread.version);
  else
    ready_.push_back(t);
}

/// Does the op send to another host, or receive from one?
bool EventEngine::waits_for_host(const Op& op) const {
  switch (op.kind) {
    case OpKind::send:
    case OpKind::recv:
    case OpKind::recv_end:
    case OpKind::finish:
      return streams_[op.target].remote != nullptr;
    default:
      return false;
  }
}

/// The thread goes on: its compute op is done or its wait is over.
void EventEngine::resume(std::uint32_t t) {
  Thread& thread = threads_[t];
  const Op& op = *thread.at;
  ++thread.version;
  const Phase phase = thread.phase;
  thread.phase = Phase::runnable;
  if (phase == Phase::queued) return run_thread(t);
  if (phase == Phase::locked_out) return enter_interpreter(t);
  if (phase == Phase::waiting) thread.has_turn = false;  // it was for this op
  if (phase == Phase::computing) {
    in_.accounting.computed(thread.account, thread.since, now_, thread.work_s);
    if (in_.insight) note_computed(t);
    if (!(op.flags & kUnlocked) && leave_interpreter(t)) return;
  } else {
    const bool remote = waits_for_host(op);
    const IntervalState state = wait_state(program_, op, remote);
    in_.accounting.waited(thread.account, thread.since, now_, state, thread.released_by_plus_one);
    if (in_.insight) note_waited(t, op, state);
  }
  const Because because(*this, thread.chain);
  if (phase != Phase::connecting) {  // else the send itself comes now
    if (op.kind == OpKind::recv) consumed(op.target, op.value);
    advance(t);
  }
  run_thread(t);
}

const Op& EventEngine::awaited(std::uint32_t t) const {
  const Op& op = current(t);
  return op.kind == OpKind::sleep && (op.flags & kInterruptible) ? threads_[t].goal : op;
}

/// Has the thread that ended this wait while recording not got as far here? See Program::gates.
bool EventEngine::comes_first(const Op& op) const {
  if ((op.flags & kYields) == 0 || tokens_[op.target].by_plus_one != 0) return false;
  const Op* gate = gate_of(program_, op);
  return gate != nullptr && !was_open(*gate, now_, streams_, connections_, tokens_);
}

/// Could the op complete now without waiting?
bool EventEngine::satisfied(std::uint32_t t, const Op& op) const {
  switch (op.kind) {
    case OpKind::recv:
      return streams_[op.target].arrived >= op.value;
    case OpKind::recv_end:
      return streams_[op.target].end_arrived.yet();
    case OpKind::finish:
      return !(op.flags & kLingers) || streams_[op.target].end_acknowledged;
    case OpKind::accept:
      return connections_[op.target].server_established.yet();
    case OpKind::wait:
      return tokens_[op.target].by_plus_one != 0 || comes_first(op);
    case OpKind::connect:
      return (op.flags & kNonblocking) || program_.connections.empty() ||
             in_.platform.host_of_thread(program_, program_.connections[op.target].client_thread) ==
                 in_.platform.host_of_thread(program_, program_.connections[op.target].server_thread);
    case OpKind::expire: {
      const double base = timers_[op.target].base;
      return base >= 0 && base + static_cast<double>(op.value) * 1e-9 <= now_;
    }
    case OpKind::send: {
      if (is_connecting(op.target)) return false;
      const bool in_send = &op == threads_[t].at && threads_[t].phase == Phase::waiting;
      return has_room(streams_[op.target], in_send ? threads_[t].send_end : streams_[op.target].sent + op.value);
    }
    default:
      return true;
  }
}

EventEngine::WaitList* EventEngine::list_of(const Op& op) {
  switch (op.kind) {
    case OpKind::recv:
    case OpKind::recv_end:
      return &streams_[op.target].readers;
    case OpKind::send:
      return is_connecting(op.target) ? &connections_[program_.streams[op.target].connection_plus_one - 1].waiters
                                      : &streams_[op.target].writers;
    case OpKind::finish:
      return &streams_[op.target].writers;
    case OpKind::accept:
      return &connections_[op.target].waiters;
    case OpKind::wait:
      return &tokens_[op.target].waiters;
    case OpKind::expire:
      return &timers_[op.target].waiters;
    default:
      return nullptr;
  }
}

void EventEngine::append(WaitList& list, std::uint32_t t) {
  threads_[t].next_waiter = kNone;
  (list.empty() ? list.first : threads_[list.last].next_waiter) = t;
  list.last = t;
}

void EventEngine::remove(WaitList& list, std::uint32_t t) {
  WaitList rest;
  for (std::uint32_t w = list.first; w != kNone;) {
    const std::uint32_t next = threads_[w].next_waiter;
    if (w != t) append(rest, w);
    w = next;
  }
  list = rest;
}

void EventEngine::wake_satisfied(WaitList& list, std::uint32_t by_plus_one) {
  if (list.empty()) return;
  WaitList waiting = list;
  list = {};
  for (std::uint32_t w = waiting.first; w != kNone;) {
    const std::uint32_t next = threads_[w].next_waiter;
    if (threads_[w].phase == Phase::connecting ? !is_connecting(current(w).target) : satisfied(w, awaited(w)))
      release(w, by_plus_one);
    else
      append(*list_of(awaited(w)), w);  // its list may have changed: a connection came up, but there is no room
    w = next;
  }
}

}  // namespace simrec::replay
