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
      loops_.push_back({program_.threads[t].loop_plus_one - 1, 0, {}});
    }
    threads_[t].loop = owner.loop;
    threads_[t].account = program_.threads[t].loop_plus_one - 1;
  }
}

/// The owner of the turn meets the head of a handler. True: it goes on. False: it gave the turn up and waits.
bool EventEngine::take_turn(std::uint32_t t, const Op& op) {
  Thread& thread = threads_[t];
  if (thread.loop == kNone) return true;
  Loop& loop = loops_[thread.loop];
  const bool ready = satisfied(t, op);
  if (ready && (thread.has_turn || loop.queue.empty())) {
    thread.has_turn = false;
    return true;
  }
  thread.has_turn = false;
  if (ready) {
    thread.phase = Phase::queued;
    loop.queue.push_back(t);
  } else {
    step(t, op);  // holds the thread where its op waits
  }
  pass_turn(thread.loop);
  return false;
}

/// The thread's wait is over. True: it goes on as any thread does. False: it queues for its loop's turn.
bool EventEngine::turn_awaits(std::uint32_t t, std::uint32_t by_plus_one) {
  Thread& thread = threads_[t];
  if (thread.loop == kNone || !(current(t).flags & kTurn)) return true;
  Loop& loop = loops_[thread.loop];
  if (loop.owner != kNone) {
    loop.queue.push_back(t);
    return false;
  }
  loop.owner = t;
  thread.has_turn = true;
  thread.since = loop.idle_since;
  thread.released_by_plus_one = by_plus_one;
  return true;
}

/// Whoever had the turn waits or has ended.
void EventEngine::pass_turn(std::uint32_t index) {
  Loop& loop = loops_[index];
  if (loop.queue.empty()) {
    loop.owner = kNone;
    loop.idle_since = now_;
    return;
  }
  loop.owner = loop.queue.front();
  loop.queue.pop_front();
  Thread& next = threads_[loop.owner];
  next.has_turn = true;
  next.since = now_;  // the loop was busy: nothing to charge
  ready_.push_back(loop.owner);
}

/// A fiber begins.
void EventEngine::enter_loop(std::uint32_t t) {
  Loop& loop = loops_[threads_[t].loop];
  if (loop.owner != kNone) {
    threads_[t].phase = Phase::queued;
    loop.queue.push_back(t);
    return;
  }
  loop.owner = t;
  threads_[t].has_turn = true;
  in_.accounting.waited(threads_[t].account, loop.idle_since, now_, IntervalState::sync, 0);
  run_thread(t);
}

}  // namespace simrec::replay
