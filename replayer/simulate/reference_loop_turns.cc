// The reference engine's event loops: a thread and its fibers share one turn (see ProgramThread::loop_plus_one).
#include <utility>

#include "replayer/simulate/reference_engine.h"

namespace simrec::replay {

namespace s4u = simgrid::s4u;

void ReferenceEngine::set_up_loops() {
  LoopPlan plan = plan_loops(program_);
  for (Turns& turns : plan.turns) {
    const auto index = static_cast<std::uint32_t>(loops_.size());
    loops_.push_back({std::move(turns), {}, false, s4u::Semaphore::create(0)});
    start_daemon("loop-" + std::to_string(index), [this, index] { answer_bell(index); });
  }
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    Thread& thread = threads_[t];
    thread.account = recorded_worker(program_, t);
    if (plan.loop[t] == Turns::kNone) continue;
    thread.loop_plus_one = plan.loop[t] + 1;
    thread.has_turn = plan.turn[t];
    thread.turn = s4u::Semaphore::create(0);
  }
}

/// A fiber begins: it needs a turn, unless there is nothing for it to do yet.
void ReferenceEngine::enter_loop(std::uint32_t t) {
  const Op& op = program_.threads[t].ops.front();
  if ((op.flags & kTurn) && op.kind != OpKind::send && !satisfied(t, op)) return;
  queue_for_turn(t);
  const double since = await_turn(t), now = s4u::Engine::get_clock();
  threads_[t].fresh_turn = true;
  if (now > since) in_.accounting.waited(threads_[t].account, since, now, IntervalState::sync, 0);
}

/// At the head of a handler that could go on: those who became ready before go first.
void ReferenceEngine::yield_turn(std::uint32_t t, const Op& op) {
  if (!threads_[t].loop_plus_one) return;
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  if (std::exchange(threads_[t].fresh_turn, false) || !loop.queue.waits_at(s4u::Engine::get_clock()) ||
      !satisfied(t, op))
    return;
  loop.queue.push(s4u::Engine::get_clock(), t);
  pass_turn(t);
  await_turn(t);
}

/// Whoever has a turn waits or ends. Who became ready in this very instant does not get the turn at once: whether it
/// did so before or after hangs on rounding.
void ReferenceEngine::pass_turn(std::uint32_t t, bool ended) {
  if (threads_[t].has_turn == Turns::kNone) return;
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  loop.turns.pass(std::exchange(threads_[t].has_turn, Turns::kNone), s4u::Engine::get_clock(), ended);
  if (loop.queue.waits_at(s4u::Engine::get_clock()) && loop.turns.any_free()) give_turn(loop);
  ring(loop);
}

void ReferenceEngine::give_turn(Loop& loop) { threads_[assign_turn(loop)].turn->release(); }

/// Who has the turn now, and may go on as soon as that is released.
std::uint32_t ReferenceEngine::assign_turn(Loop& loop) {
  const std::uint32_t next = loop.queue.pop();
  Thread& thread = threads_[next];
  thread.has_turn = loop.turns.give();
  thread.account = loop.turns.account(thread.has_turn, next, program_);
  thread.idle_since = loop.turns.idle_since_s(thread.has_turn);
  ++active_;
  return next;
}

/// In the queue: waits until the turn comes. Returns since when that had been free.
double ReferenceEngine::await_turn(std::uint32_t t) {
  --active_;
  became_idle();
  threads_[t].turn->acquire();
  return threads_[t].idle_since;
}

void ReferenceEngine::queue_for_turn(std::uint32_t t) {
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  loop.queue.push(s4u::Engine::get_clock(), t);
  ring(loop);
}

/// Who became ready in this instant has its turn a little later, if one is free.
void ReferenceEngine::ring(Loop& loop) {
  if (loop.queue.empty() || !loop.turns.any_free() || loop.turn_due) return;
  loop.turn_due = true;
  ++active_;
  loop.bell->release();
}

/// The daemon of a loop.
void ReferenceEngine::answer_bell(std::uint32_t index) {
  Loop& loop = loops_[index];
  for (;;) {
    loop.bell->acquire();
    s4u::this_actor::sleep_for(kTurnDelay_s);
    loop.turn_due = false;
    std::vector<std::uint32_t> next;  // all before the first of them goes on, which may pass its turn in this instant
    while (loop.turns.any_free() && loop.queue.waits_at(s4u::Engine::get_clock())) next.push_back(assign_turn(loop));
    for (const std::uint32_t t : next) threads_[t].turn->release();
    ring(loop);
    --active_;
    became_idle();
  }
}

/// Everybody waits, some for a turn only: one more works for each loop.
bool ReferenceEngine::relax_turns() {
  bool any = false;
  for (Loop& loop : loops_) {
    if (loop.queue.empty()) continue;
    any = true;
    ++in_.counts.turns_added;
    loop.turns.add_spare(s4u::Engine::get_clock());
    give_turn(loop);
  }
  return any;
}

}  // namespace simrec::replay
