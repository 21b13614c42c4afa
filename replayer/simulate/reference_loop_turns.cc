// The reference engine's event loops: a thread and its fibers share one turn (see ProgramThread::loop_plus_one).
#include "replayer/simulate/reference_engine.h"

#include <utility>

namespace simrec::replay {

namespace s4u = simgrid::s4u;

void ReferenceEngine::set_up_loops() {
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    threads_[t].account = t;
    const std::uint32_t owner_plus_one = program_.threads[t].loop_plus_one;
    if (!owner_plus_one) continue;
    Thread& owner = threads_[owner_plus_one - 1];
    if (!owner.loop_plus_one) {
      loops_.push_back({owner_plus_one, 0, {}});
      owner.loop_plus_one = static_cast<std::uint32_t>(loops_.size());
      owner.turn = s4u::Semaphore::create(0);
    }
    threads_[t].loop_plus_one = owner.loop_plus_one;
    threads_[t].account = owner_plus_one - 1;
    threads_[t].turn = s4u::Semaphore::create(0);
  }
}

/// A fiber begins.
void ReferenceEngine::enter_loop(std::uint32_t t) {
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  if (loop.owner_plus_one) {
    loop.queue.push_back(t);
    await_turn(t);
    threads_[t].fresh_turn = true;
    return;
  }
  loop.owner_plus_one = t + 1;
  in_.accounting.waited(threads_[t].account, loop.idle_since, s4u::Engine::get_clock(), IntervalState::sync, 0);
}

/// At the head of a handler that could go on: those who became ready before go first.
void ReferenceEngine::yield_turn(std::uint32_t t, const Op& op) {
  if (!threads_[t].loop_plus_one || !satisfied(t, op)) return;
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  if (std::exchange(threads_[t].fresh_turn, false) || loop.queue.empty()) return;
  loop.queue.push_back(t);
  pass_turn(t);
  await_turn(t);
}

/// The owner of the turn waits or ends.
void ReferenceEngine::pass_turn(std::uint32_t t) {
  if (!threads_[t].loop_plus_one) return;
  Loop& loop = loops_[threads_[t].loop_plus_one - 1];
  if (loop.queue.empty()) {
    loop.owner_plus_one = 0;
    loop.idle_since = s4u::Engine::get_clock();
    return;
  }
  const std::uint32_t next = loop.queue.front();
  loop.queue.pop_front();
  loop.owner_plus_one = next + 1;
  ++active_;
  threads_[next].turn->release();
}

/// In the queue: waits until the turn comes.
void ReferenceEngine::await_turn(std::uint32_t t) {
  --active_;
  became_idle();
  threads_[t].turn->acquire();
}

/// The thread's wait is over.
void ReferenceEngine::want_turn(std::uint32_t t) {
  Thread& thread = threads_[t];
  if (!thread.wants_turn) return;
  thread.wants_turn = false;
  Loop& loop = loops_[thread.loop_plus_one - 1];
  thread.found_idle = loop.owner_plus_one == 0;
  if (thread.found_idle)
    loop.owner_plus_one = t + 1;
  else
    loop.queue.push_back(t);
}

}  // namespace simrec::replay
