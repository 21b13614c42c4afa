// The lock of an interpreter (CPython's GIL, Ruby's GVL) while replaying: of the threads of its process one computes.
// Shared by both engines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "replayer/simulate/turn_queue.h"

namespace simrec::replay {

/// Who computes and who waits for that. Whoever computes lets go as soon as it does anything else, as interpreters do
/// around system calls, and after a time slice. Then somebody is woken; who asks before that one is awake has the turn
/// (most often whoever let go, back from a short call), unless the first has waited for a whole slice.
class InterpreterTurn {
 public:
  InterpreterTurn(double slice_s, double wake_up_s) : slice_s_(slice_s), wake_up_s_(wake_up_s + kLater_s) {}

  /// The thread wants to compute from now on. `yields`: it could go on, but its slice is over. take() is to be called
  /// kTurnDelay_s later.
  void ask(double now_s, std::uint32_t thread, bool yields) { waiting_.push_back({now_s, thread, yields}); }
  /// The thread that has the turn stops computing. take() is to be called kTurnDelay_s later, and once more when
  /// somebody who waits would be awake.
  void release(double now_s) {
    taken_ = false;
    released_s_ = now_s;
  }
  double wake_up_s() const { return wake_up_s_; }
  /// Who has the turn now; nobody if it is taken, or if nobody is awake yet.
  std::optional<std::uint32_t> take(double now_s) {
    if (taken_ || waiting_.empty()) return std::nullopt;
    auto next = first([](const Entry&) { return true; });
    const bool overdue = released_s_ - next->asked_s > slice_s_ - kInstant_s;
    if (const auto awake = first([this](const Entry& e) { return is_awake(e); }); !overdue && awake != waiting_.end())
      next = awake;
    else if (now_s < released_s_ + wake_up_s_ - kInstant_s)
      return std::nullopt;
    const std::uint32_t thread = next->thread;
    waiting_.erase(next);
    taken_ = true;
    return thread;
  }
  /// Has a thread that asked at `since_s` and has the turn waited for another one?
  static bool was_awaited(double since_s, double now_s) { return now_s > since_s + 2 * kTurnDelay_s; }
  /// How much of `work_s` seconds of computing the turn is good for.
  double slice_of(double work_s) const { return std::min(work_s, slice_s_); }

 private:
  /// Behind others that become ready because of the same release: those that wait for a message or a wake of that
  /// thread, or for an event loop's turn on their way (kTurnDelay_s).
  static constexpr double kLater_s = 1e-7;
  struct Entry {
    double asked_s;
    std::uint32_t thread;
    bool yields;
  };
  /// It asked while nobody had the turn.
  bool is_awake(const Entry& e) const {
    return e.asked_s > released_s_ - kInstant_s && (!e.yields || waiting_.size() == 1);
  }
  /// Who asked first; of one instant, the lowest thread number: that must not hang on rounding.
  template <class Condition>
  std::vector<Entry>::iterator first(const Condition& condition) {
    auto found = waiting_.end();
    for (auto e = waiting_.begin(); e != waiting_.end(); ++e) {
      if (!condition(*e)) continue;
      const bool sooner = found == waiting_.end() || e->asked_s < found->asked_s - kInstant_s ||
                          (e->asked_s < found->asked_s + kInstant_s && e->thread < found->thread);
      if (sooner) found = e;
    }
    return found;
  }

  double slice_s_, wake_up_s_;
  double released_s_ = 0;
  bool taken_ = false;
  std::vector<Entry> waiting_;
};

}  // namespace simrec::replay
