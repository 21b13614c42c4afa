// How far the output of a connection may run ahead of its input. What a thread sends because another one queued it
// (Pumps) depends on what came in on the same connection only by way of that thread's memory, which a trace does not
// show: a server answers no request before it has come, a client with a window has so many under way. So the lead of
// output over input, in messages, never gets larger than it was while recording.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class Leads {
 public:
  /// Of the connections on which this thread sends what others have queued: `posted` holds their outgoing streams.
  Leads(const Program& program, const ScratchSequence<Op>& ops,
        const std::unordered_map<std::uint32_t, SourceKey>& posted);

  /// The thread receives in this handler; every recv is to be told of.
  void receives(const Op& recv, std::uint32_t handler);
  /// The handler that must have ended before the send, which is one on a posted stream, if any. Every such send is to
  /// be told of.
  std::optional<std::uint32_t> sends(const Op& send);
  /// Handlers are counted anew.
  void begin_region();

 private:
  /// One direction of a connection. A message has the median size of what one call moves.
  struct Way {
    std::int64_t median_bytes = 1, messages = 0, bytes = 0;
    /// Messages so far, after a call that moved so many bytes, or that received up to byte `cursor` of the stream.
    std::int64_t move(std::int64_t call_bytes);
    std::int64_t receive(std::int64_t cursor);
  };
  struct Arrival {
    std::int64_t messages;  ///< so far, with this one
    std::uint32_t handler;
  };
  struct Lead {
    Way in, out;
    std::int64_t largest = INT64_MIN;  ///< sent minus received, while recording
    std::deque<Arrival> arrivals;
  };
  void measure_messages(const ScratchSequence<Op>& ops);
  /// The connection on which the op sends or receives, if it is one of these.
  Lead* moved_by(const Op& op);

  const Program& program_;
  std::unordered_map<SourceKey, Lead> leads_;
};

}  // namespace simrec::replay::causal
