// How much of their time the threads of a process compute at once.
#pragma once

#include <algorithm>
#include <deque>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// Sums of bursts, in constant memory.
class BurstOverlap {
 public:
  /// A thread ran in [begin, end). Calls come in the order of the ends.
  void add(Ns begin, Ns end) {
    if (end <= begin) return;
    total_ns_ += end - begin;
    Ns first = begin;
    while (!busy_.empty() && busy_.back().end > begin) {
      const Span& span = busy_.back();
      at_once_ns_ += std::min(span.end, end) - std::max(span.begin, begin);
      first = std::min(first, span.begin);
      end = std::max(end, span.end);
      busy_.pop_back();
    }
    busy_.push_back({first, end});
    if (busy_.size() > kRemembered) busy_.pop_front();
  }

  /// Of all that time, what was computed while another thread did.
  double share() const { return total_ns_ > 0 ? static_cast<double>(at_once_ns_) / static_cast<double>(total_ns_) : 0; }

 private:
  /// A burst during which other threads had more of them overlaps a little more than is seen.
  static constexpr std::size_t kRemembered = 256;
  struct Span {
    Ns begin, end;
  };
  std::deque<Span> busy_;  ///< apart from each other, in order
  Ns total_ns_ = 0, at_once_ns_ = 0;
};

}  // namespace simrec::replay::causal
