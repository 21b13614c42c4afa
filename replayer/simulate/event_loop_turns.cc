// The event engine's event loops: a thread and its fibers share one turn (see ProgramThread::loop_plus_one).
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

void EventEngine::set_up_loops() {
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    threads_[t].account = t;
    if (!program_.threads[t].loop_plus_one) continue;
    Thread& owner = threads_[program_.threads[t].loop_plus_one - 1];
    if (owner.loop == kNone) {
      owner.loop = static_cast<std::uint32_t>(loops_.size());
      loops_.emplace_back().owner = program_.threads[t].loop_plus_one - 1;
    }
    threads_[t].loop = owner.loop;
    threads_[t].account = program_.threads[t].loop_plus_one - 1;
  }
}

/// The owner of the turn meets the head of a handler. True: it goes on. False: it gave the turn up and waits.
bool EventEngine::take_turn(std::uint32_t t, const Op& op) {
  Thread& thread = threads_[t];
  if (thread.loop == kNone) return true;
  const bool ready = satisfied(t, op);
  if (ready && (thread.has_turn || loops_[thread.loop].queue.empty())) {
    thread.has_turn = false;
    return true;
  }
  thread.has_turn = false;
  if (ready) {
    thread.phase = Phase::queued;
    loops_[thread.loop].queue.push(now_, t);
    thread.ready_since = now_;
  } else {
    step(t, op);  // holds the thread where its op waits
  }
  pass_turn(thread.loop);
  return false;
}

/// Does the thread, whose wait is over, need its loop's turn before it goes on?
bool EventEngine::wants_turn(std::uint32_t t) const { return threads_[t].loop != kNone && (current(t).flags & kTurn); }

void EventEngine::queue_for_turn(std::uint32_t t) {
  Loop& loop = loops_[threads_[t].loop];
  loop.queue.push(now_, t);
  threads_[t].ready_since = now_;
  if (loop.owner != kNone || loop.turn_due) return;
  loop.turn_due = true;
  queue_.push(now_ + kTurnDelay_s, EventKind::turn, threads_[t].loop);
}

/// Whoever had the turn waits or has ended.
void EventEngine::pass_turn(std::uint32_t index) {
  loops_[index].owner = kNone;
  loops_[index].idle_since = now_;
  if (!loops_[index].queue.empty()) give_turn(index, false);
}

/// To whoever became ready first. What the loop idled before is charged to that one's wait. If it did not, it is who
/// had the turn before that the next one waited for.
void EventEngine::give_turn(std::uint32_t index, bool was_idle) {
  Loop& loop = loops_[index];
  const std::uint32_t t = loop.owner = loop.queue.pop();
  Thread& thread = threads_[t];
  thread.has_turn = true;
  thread.since = loop.idle_since;
  thread.turn_awaited = !was_idle;
  if (!was_idle) thread.cause = *cause_;
  if (thread.phase != Phase::queued) return wake_up(t);
  if (now_ > loop.idle_since) in_.accounting.waited(thread.account, loop.idle_since, now_, IntervalState::sync, 0);
  if (in_.insight) note_turn(t);
  ready_.push_back(t);
}

}  // namespace simrec::replay
