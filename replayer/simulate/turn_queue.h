// Who waits for an event loop's turn, in the order in which they became ready. Shared by both engines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "replayer/simulate/network_model.h"

namespace simrec::replay {

/// Time from the first handler that becomes ready for an idle loop until the loop looks who is ready, in seconds.
/// Long enough that all that becomes ready in one instant is seen at once: which of them is served first must not
/// hang on rounding.
inline constexpr double kTurnDelay_s = 2 * kInstant_s;

class TurnQueue {
 public:
  void push(double now_s, std::uint32_t thread) { waiting_.push_back({now_s, thread}); }
  bool empty() const { return waiting_.empty(); }

  /// Takes out whoever became ready first; of one instant, the lowest thread number.
  std::uint32_t pop() {
    const double instant_end = waiting_.front().ready_s + kInstant_s;
    const auto end = std::ranges::find_if(waiting_, [&](const Entry& e) { return e.ready_s > instant_end; });
    const auto first = std::ranges::min_element(waiting_.begin(), end, {}, &Entry::thread);
    const std::uint32_t thread = first->thread;
    waiting_.erase(first);
    return thread;
  }

 private:
  struct Entry {
    double ready_s;
    std::uint32_t thread;
  };
  std::deque<Entry> waiting_;
};

}  // namespace simrec::replay
