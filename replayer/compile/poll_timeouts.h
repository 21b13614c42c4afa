// How long a thread's polls would have waited, and what it does when they have waited for so long.
#pragma once

#include <cmath>
#include <cstdint>

#include "trace-format/ids.h"

namespace simrec::replay::causal {

/// Of one thread. Each of its polls that slept or expired, and what it sends, is to be told of.
class PollTimeouts {
 public:
  /// Something ended a poll that slept in time.
  void ended_in_time(Ns timeout) {
    logarithms_ += std::log(static_cast<double>(timeout));
    ++ended_in_time_;
  }
  void expired() { some_expired_ = behind_expired_ = true; }
  /// A poll found something, slept or not.
  void found_something() { behind_expired_ = false; }
  /// It sends a message.
  void sends() {
    ++sends_;
    if (behind_expired_) ++paced_;
  }

  /// See ProgramThread::usual_timeout_ns. A geometric mean: a loop that waits until its next tick has some timeouts
  /// that are nearly over, and a connection may have a patient one.
  Ns usual() const {
    const bool only_looks_around = some_expired_ && !(paced_ >= kLeast && paced_ * kPart >= sends_);
    if (only_looks_around || ended_in_time_ == 0) return 0;
    return std::llround(std::exp(logarithms_ / static_cast<double>(ended_in_time_)));
  }

 private:
  /// Its clock starts what it sends if so many sends stand behind expired polls, and one of so many.
  static constexpr std::uint64_t kLeast = 8, kPart = 8;

  double logarithms_ = 0;
  std::uint64_t ended_in_time_ = 0;
  bool some_expired_ = false, behind_expired_ = false;
  std::uint64_t sends_ = 0, paced_ = 0;
};

}  // namespace simrec::replay::causal
