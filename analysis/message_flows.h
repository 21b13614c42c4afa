// Connects the call that sent bytes with the call that received the last of them, by counting bytes.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "analysis/descriptors.h"
#include "analysis/timeline.h"

namespace simrec::analysis {

/// Feed it every call in time order; it says which message flows became known.
class MessageFlows {
 public:
  /// `tables` must be complete and outlive this.
  explicit MessageFlows(const Tables& tables);

  /// Tells the sink what went through each stream between each pair of processes, by all that was noted.
  void announce_streams(TimelineSink& sink) const;

  /// Notes a call that moved bytes through an object; emits flows to the sink.
  void note(const Event& event, ThreadKey thread, ObjectId object, std::uint64_t bytes, TimelineSink& sink);

 private:
  struct Point {
    std::uint64_t upto = 0;  ///< bytes of the stream so far, this call's included
    ThreadKey thread;
    Ns time_ns = 0;
  };
  struct Stream {
    std::uint64_t sent = 0, received = 0, matched = 0;
    std::deque<Point> sends, receives;  ///< not yet matched
    bool abandoned = false;             ///< the other end is not in the trace
  };

  /// The sending end's object: the same number for writer and reader.
  std::optional<std::uint32_t> stream_of(ObjectId object, bool sending) const;
  void match(std::uint32_t key, Stream& stream, TimelineSink& sink);

  const Tables& tables_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> by_addresses_;  ///< (local, peer) → object
  std::unordered_map<std::uint32_t, Stream> streams_;
  struct Traffic {
    std::uint64_t messages = 0, bytes = 0;
  };
  std::map<std::tuple<std::uint32_t, std::int64_t, std::int64_t>, Traffic> traffic_;  ///< (stream, from, to pid)
};

}  // namespace simrec::analysis
