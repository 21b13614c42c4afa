// The event engine's event loops: a thread and its fibers share one turn (see ProgramThread::loop_plus_one).
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

void EventEngine::set_up_loops() {
  LoopPlan plan = plan_loops(program_);
  for (Turns& turns : plan.turns) loops_.push_back({std::move(turns), {}, false});
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    threads_[t].account = recorded_worker(program_, t);
    threads_[t].loop = plan.loop[t];
    threads_[t].turn = plan.turn[t];
  }
}

/// It needs a turn, unless there is nothing for it to do yet.
void EventEngine::start_fiber(std::uint32_t t) {
  const Op& op = current(t);
  if ((op.flags & kTurn) && op.kind != OpKind::send && !satisfied(t, op)) {
    step(t, op);  // holds it where its op waits
  } else {
    threads_[t].phase = Phase::queued;
    queue_for_turn(t);
  }
}

/// The owner of the turn meets the head of a handler.
EventEngine::Head EventEngine::take_turn(std::uint32_t t, const Op& op) {
  Thread& thread = threads_[t];
  if (thread.loop == kNone) return Head::goes_on;
  const bool ready = satisfied(t, op);
  if (ready && (thread.has_turn || !loops_[thread.loop].queue.waits_at(now_))) {
    thread.has_turn = false;
    return Head::goes_on;
  }
  thread.has_turn = false;
  if (ready) {
    thread.phase = Phase::queued;
    loops_[thread.loop].queue.push(now_, t);
    thread.ready_since = now_;
  } else if (step(t, op)) {  // else it holds the thread where its op waits
    return Head::done;       // a send that fits because its reader takes what came
  }
  pass_turn(t);
  return Head::waits;
}

/// Does the thread, whose wait is over, need its loop's turn before it goes on?
bool EventEngine::wants_turn(std::uint32_t t) const { return threads_[t].loop != kNone && (current(t).flags & kTurn); }

void EventEngine::queue_for_turn(std::uint32_t t) {
  Loop& loop = loops_[threads_[t].loop];
  loop.queue.push(now_, t);
  threads_[t].ready_since = now_;
  ring(threads_[t].loop);
}

/// Who became ready in this instant has its turn a little later, if one is free.
void EventEngine::ring(std::uint32_t index) {
  Loop& loop = loops_[index];
  if (loop.queue.empty() || !loop.turns.any_free() || loop.turn_due) return;
  loop.turn_due = true;
  queue_.push(now_ + kTurnDelay_s, EventKind::turn, index);
}

void EventEngine::answer_ring(std::uint32_t index) {
  Loop& loop = loops_[index];
  loop.turn_due = false;
  while (loop.turns.any_free() && loop.queue.waits_at(now_)) give_turn(index, true);
  ring(index);
}

/// The thread, which has a turn, waits or has ended. Who became ready in this very instant does not get the turn at
/// once: whether it did so before or after hangs on rounding.
void EventEngine::pass_turn(std::uint32_t t) {
  const bool ended = threads_[t].phase == Phase::ended && !program_.threads[t].loop_plus_one;
  Loop& loop = loops_[threads_[t].loop];
  loop.turns.pass(std::exchange(threads_[t].turn, kNone), now_, ended);
  if (loop.queue.waits_at(now_) && loop.turns.any_free()) give_turn(threads_[t].loop, false);
  ring(threads_[t].loop);
}

/// To whoever became ready first. What the loop idled before is charged to that one's wait. If it did not, it is who
/// had the turn before that the next one waited for.
void EventEngine::give_turn(std::uint32_t index, bool was_idle) {
  Loop& loop = loops_[index];
  const std::uint32_t t = loop.queue.pop();
  Thread& thread = threads_[t];
  thread.turn = loop.turns.give();
  thread.account = loop.turns.account(thread.turn, t, program_);
  const double idle_since = loop.turns.idle_since_s(thread.turn);
  thread.has_turn = true;
  thread.since = idle_since;
  thread.turn_awaited = !was_idle;
  if (!was_idle) thread.cause = *cause_;
  if (thread.phase != Phase::queued) return wake_up(t);
  if (now_ > idle_since) in_.accounting.waited(thread.account, idle_since, now_, IntervalState::sync, 0);
  if (in_.insight) note_turn(t);
  ready_.push_back(t);
}

/// Everybody waits, some for a turn only: whoever has the turns waits for what those would do. One more works for each.
bool EventEngine::relax_turns() {
  bool any = false;
  for (std::uint32_t i = 0; i < loops_.size(); ++i) {
    if (loops_[i].queue.empty()) continue;
    any = true;
    ++in_.counts.turns_added;
    loops_[i].turns.add_spare(now_);
    give_turn(i, true);
  }
  return any;
}

}  // namespace simrec::replay
