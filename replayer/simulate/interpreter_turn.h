// The lock of an interpreter (CPython's GIL, Ruby's GVL) while replaying: of the threads of its process one computes.
// Shared by both engines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "replayer/simulate/turn_queue.h"

namespace simrec::replay {

/// Who computes and who waits for that, first come first served. Whoever computes lets go as soon as it does anything
/// else, as interpreters do around system calls, and after a time slice.
class InterpreterTurn {
 public:
  explicit InterpreterTurn(double slice_s = 0) : slice_s_(slice_s) {}

  /// The thread wants to compute from now on. True: ask for the turn kTurnDelay_s later, see take().
  bool ask(double now_s, std::uint32_t thread) {
    queue_.push(now_s, thread);
    return !taken_ && !std::exchange(due_, true);
  }
  /// The thread that has the turn stops computing. True: as for ask().
  bool release(double now_s) {
    taken_ = false;
    released_s_ = now_s;
    return !queue_.empty() && !std::exchange(due_, true);
  }
  /// Takes the turn for whoever asked first; to be called kTurnDelay_s after it was said to.
  std::uint32_t take() {
    due_ = false;
    taken_ = true;
    return queue_.pop();
  }
  /// Has a thread that asked at `since_s` waited for another one to let go, until the latest take()?
  bool was_awaited(double since_s) const { return released_s_ > since_s + kInstant_s; }
  /// How much of `work_s` seconds of computing the turn is good for.
  double slice_of(double work_s) const { return std::min(work_s, slice_s_); }

 private:
  double slice_s_;
  double released_s_ = -1;
  bool taken_ = false, due_ = false;
  TurnQueue queue_;
};

}  // namespace simrec::replay
