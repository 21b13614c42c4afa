// The reference engine's event loops: a thread and its fibers share one turn (see ProgramThread::loop_plus_one).
#include <utility>

#include "replayer/simulate/reference_engine.h"

namespace simrec::replay {

namespace s4u = simgrid::s4u;

void ReferenceEngine::set_up_loops() {
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    threads_[t].account = t;
    const std::uint32_t owner_plus_one = program_.threads[t].loop_plus_one;
    if (!owner_plus_one) continue;
    Thread& owner = threads_[owner_plus_one - 1];
    if (!owner.loop_plus_one) {
      Loop& loop = loops_.emplace_back();
      loop.owner_plus_one = owner_plus_one;
      loop.bell = s4u::Semaphore::create(0);
      owner.loop_plus_one = static_cast<std::uint32_t>(loops_.size());
      owner.turn = s4u::Semaphore::create(0);
      start_daemon("loop-" + std::to_string(t), [this, index = owner.loop_plus_one - 1] { answer_bell(index); });
    }
    threads_[t].loop_plus_one = owner.loop_plus_one;
    threads_[t].account = owner_plus_one - 1;
    threads_[t].turn = s4u::Semaphore::create(0);
  }
}

/// A fiber begins.
void ReferenceEngine::enter_loop(std::uint32_t t) {
  queue_for_turn(t);
  const double since = await_turn(t), now = s4u::Engine::get_clock();
  threads_[t].fresh_turn = true;
  if (now > since) in_.accounting.waited(threads_[t].account, since, now, IntervalState::sync, 0);
}

/// At the head of a handler that could go on: those who became ready before go first.
void ReferenceEngine::yield_turn(std::uint32_t t, const Op& op) {
  if (!threads_[t].loop_plus_one) return;
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  if (std::exchange(threads_[t].fresh_turn, false) || loop.queue.empty() || !satisfied(t, op)) return;
  loop.queue.push(s4u::Engine::get_clock(), t);
  pass_turn(t);
  await_turn(t);
}

/// The owner of the turn waits or ends.
void ReferenceEngine::pass_turn(std::uint32_t t) {
  if (!threads_[t].loop_plus_one) return;
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  loop.owner_plus_one = 0;
  loop.idle_since = s4u::Engine::get_clock();
  if (!loop.queue.empty()) give_turn(loop);
}

void ReferenceEngine::give_turn(Loop& loop) {
  const std::uint32_t next = loop.queue.pop();
  loop.owner_plus_one = next + 1;
  ++active_;
  threads_[next].turn->release();
}

/// In the queue: waits until the turn comes. Returns since when the loop had been idle.
double ReferenceEngine::await_turn(std::uint32_t t) {
  --active_;
  became_idle();
  threads_[t].turn->acquire();
  return loops_[threads_[t].loop_plus_one - 1].idle_since;
}

void ReferenceEngine::queue_for_turn(std::uint32_t t) {
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  loop.queue.push(s4u::Engine::get_clock(), t);
  if (loop.owner_plus_one || loop.turn_due) return;
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
    if (!loop.owner_plus_one && !loop.queue.empty()) give_turn(loop);
    --active_;
    became_idle();
  }
}

}  // namespace simrec::replay
