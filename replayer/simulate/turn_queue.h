// Who waits for an event loop's turn, in the order in which they became ready. Shared by both engines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>

#include "replayer/simulate/network_model.h"

namespace simrec::replay {

/// Time from the first handler that becomes ready for an idle loop until the loop looks who is ready, in seconds.
/// Long enough that all that becomes ready in one instant is seen at once: which of them is served first must not
/// hang on rounding.
inline constexpr double kTurnDelay_s = 2 * kInstant_s;

class TurnQueue {
 public:
  void push(double now_s, std::uint32_t thread) { push(now_s, thread, 0, thread); }
  void push(double now_s, std::uint32_t thread, std::uint32_t op, std::uint32_t item) {
    waiting_.push_back({now_s, {thread, op}, item});
  }
  bool empty() const { return waiting_.empty(); }
  /// Does anything wait that became ready before this instant? Only that goes before who becomes ready now.
  bool waits_at(double now_s) const { return !empty() && now_s > waiting_.front().ready_s + kInstant_s; }

  /// Takes out what became ready first; of one instant, that of the lowest thread number, in the order of its ops, then
  /// of push().
  std::uint32_t pop() {
    const double instant_end = waiting_.front().ready_s + kInstant_s;
    const auto end = std::ranges::find_if(waiting_, [&](const Entry& e) { return e.ready_s > instant_end; });
    const auto first = std::ranges::min_element(waiting_.begin(), end, {}, &Entry::who);
    const std::uint32_t item = first->item;
    waiting_.erase(first);
    return item;
  }

 private:
  struct Entry {
    double ready_s;
    std::pair<std::uint32_t, std::uint32_t> who;  ///< thread and op
    std::uint32_t item;
  };
  std::deque<Entry> waiting_;
};

}  // namespace simrec::replay
