// A loop may first read from all that is ready and then write to others (haproxy). What it writes to a source that was
// not reported comes from the first handler since the poll that received about as much and has not passed it on.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// What the handlers of a thread received since its last poll.
class Arrivals {
 public:
  /// The thread polls, or a region begins.
  void clear() { arrivals_.clear(); }
  /// Bytes that the recv takes: to be told of each.
  std::int64_t advance(const Op& recv) { return recv.value - std::exchange(received_[recv.target], recv.value); }
  void add(std::uint32_t handler, std::int64_t bytes) { arrivals_.push_back({handler, bytes, false}); }

  /// The handler that a send of so many bytes passes on, once.
  std::optional<std::uint32_t> giver_of(std::int64_t bytes) {
    for (Arrival& a : arrivals_) {
      if (a.passed_on || a.bytes > 2 * bytes || bytes > 2 * a.bytes) continue;
      a.passed_on = true;
      return a.handler;
    }
    return std::nullopt;
  }

 private:
  struct Arrival {
    std::uint32_t handler;
    std::int64_t bytes;
    bool passed_on;
  };
  std::vector<Arrival> arrivals_;
  std::unordered_map<std::uint32_t, std::int64_t> received_;  ///< by stream, so far
};

}  // namespace simrec::replay::causal
