// A loop may first read from all that is ready and then write to others (haproxy). What it writes to a source that was
// not reported comes from the first handler since the poll that received about as much and has not passed it on.
// Runtimes of tasks (asyncio) come round once more first: what they write behind a poll, before they have read
// anything, comes from a handler before that poll.
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// What the handlers of a thread received since its last poll, and since the one before.
class Arrivals {
 public:
  /// A region begins.
  void clear() {
    arrivals_.clear();
    before_.clear();
  }
  /// The thread polls.
  void poll() {
    std::swap(before_, arrivals_);
    arrivals_.clear();
  }
  /// Bytes that the recv takes: to be told of each.
  std::int64_t advance(const Op& recv) { return recv.value - std::exchange(received_[recv.target], recv.value); }
  /// Not single bytes: where a program does something between a poll and the read of what that reported, the poll is
  /// replayed as waiting for the first byte, and the rest arrives here when it is read.
  void add(std::uint32_t handler, std::int64_t bytes) {
    if (bytes > 1) arrivals_.push_back({handler, bytes, false});
  }

  /// The handler that a send of so many bytes passes on, once.
  std::optional<std::uint32_t> giver_of(std::int64_t bytes) {
    return take(arrivals_, bytes, [](std::uint32_t) { return true; });
  }
  /// The same of those before the poll that `may_give`, if nothing has come since.
  template <class MayGive>
  std::optional<std::uint32_t> giver_before_poll(std::int64_t bytes, const MayGive& may_give) {
    return arrivals_.empty() ? take(before_, bytes, may_give) : std::nullopt;
  }

 private:
  struct Arrival {
    std::uint32_t handler;
    std::int64_t bytes;
    bool passed_on;
  };
  template <class MayGive>
  static std::optional<std::uint32_t> take(std::vector<Arrival>& from, std::int64_t bytes, const MayGive& may_give) {
    for (Arrival& a : from) {
      if (a.passed_on || a.bytes > 2 * bytes || bytes > 2 * a.bytes || !may_give(a.handler)) continue;
      a.passed_on = true;
      return a.handler;
    }
    return std::nullopt;
  }

  std::vector<Arrival> arrivals_, before_;
  std::unordered_map<std::uint32_t, std::int64_t> received_;  ///< by stream, so far
};

}  // namespace simrec::replay::causal
