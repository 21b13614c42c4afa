// Bytes that are written in the instant in which a transfer ends or an acknowledgement arrives are written after that.
// It happens all the time: a stream whose window is full keeps the pace of its acknowledgements, so that the one that
// lets its writer go on comes when a transfer ends. What leaves next must not hang on which of them rounding puts
// first.
#pragma once

#include <cstdint>

#include "replayer/simulate/network_model.h"

namespace simrec::replay {

/// One stream's bytes by when they were written. Positions are those of the stream.
class WrittenNow {
 public:
  void written(double now_s, std::int64_t begin, std::int64_t end) {
    if (now_s <= since_s_ + kInstant_s) return;
    since_s_ = now_s;
    before_ = begin;
    first_ = end;
  }
  /// Where what may leave at `now_s` ends: with what was written before this instant, if any of that is left behind
  /// `flowed`; else with what was written first. `sent`: end of all that was written.
  std::int64_t end(double now_s, std::int64_t flowed, std::int64_t sent) const {
    if (now_s > since_s_ + kInstant_s) return sent;
    if (before_ > flowed) return before_;
    return first_ > flowed ? first_ : sent;
  }

 private:
  double since_s_ = -1;      ///< when this instant's first write was
  std::int64_t before_ = 0;  ///< what had been written before it
  std::int64_t first_ = 0;   ///< and with it
};

}  // namespace simrec::replay
