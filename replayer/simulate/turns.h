// The turns of an event loop, or of a pool of threads that take work from one queue: who may run. Shared by both
// engines.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "replayer/program/program.h"
#include "replayer/simulate/turn_queue.h"

namespace simrec::replay {

/// One turn for each thread of the pool: a loop of its own has one.
class Turns {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// The thread has a turn of its own, from the beginning.
  std::uint32_t add(std::uint32_t thread) {
    turns_.push_back({thread, 0, State::taken});
    return static_cast<std::uint32_t>(turns_.size() - 1);
  }
  /// One that belongs to nobody.
  void add_spare(double now_s) { turns_.push_back({kNone, now_s, State::free}); }

  bool any_free() const { return latest_free() != kNone; }

  /// Whoever had the turn waits or has ended. Where several threads share work, theirs goes with them.
  void pass(std::uint32_t turn, double now_s, bool ended) {
    turns_[turn].idle_since_s = now_s;
    turns_[turn].state = ended && turns_.size() > 1 ? State::gone : State::free;
  }

  /// Gives a free turn; there must be one. The one that was free last: who has just ended its work needs no waking.
  std::uint32_t give() {
    const std::uint32_t turn = latest_free();
    turns_[turn].state = State::taken;
    return turn;
  }

  double idle_since_s(std::uint32_t turn) const { return turns_[turn].idle_since_s; }

  /// The thread to which the time of `thread`, who has the turn, is charged: itself, or for a fiber the one that
  /// serves.
  std::uint32_t account(std::uint32_t turn, std::uint32_t thread, const Program& program) {
    const std::uint32_t recorded = program.threads[thread].loop_plus_one;
    if (recorded) return turns_[turn].worker == kNone ? recorded - 1 : turns_[turn].worker;
    for (Turn& other : turns_)
      if (other.worker == thread) std::swap(other.worker, turns_[turn].worker);
    return thread;
  }

 private:
  enum class State : std::uint8_t { taken, free, gone };
  struct Turn {
    std::uint32_t worker = kNone;  ///< thread that serves with it
    double idle_since_s = 0;
    State state = State::taken;
  };

  /// Those that became free within so many seconds did so at once: which of them it is must not hang on rounding.
  static constexpr double kTie_s = 4 * kTurnDelay_s;

  std::uint32_t latest_free() const {
    std::uint32_t found = kNone;
    for (std::uint32_t i = 0; i < turns_.size(); ++i) {
      const bool free = turns_[i].state == State::free;
      if (free && (found == kNone || turns_[i].idle_since_s > turns_[found].idle_since_s + kTie_s)) found = i;
    }
    return found;
  }

  std::vector<Turn> turns_;
};

/// Who belongs to which loop, and who has a turn in the beginning.
struct LoopPlan {
  std::vector<Turns> turns;         ///< by loop
  std::vector<std::uint32_t> loop;  ///< by thread; Turns::kNone = it is in none
  std::vector<std::uint32_t> turn;  ///< by thread: that it has; Turns::kNone = none
};
LoopPlan plan_loops(const Program& program);

/// The thread itself, or for a fiber the one that served while recording.
inline std::uint32_t recorded_worker(const Program& program, std::uint32_t thread) {
  const std::uint32_t loop = program.threads[thread].loop_plus_one;
  return loop ? loop - 1 : thread;
}

}  // namespace simrec::replay
