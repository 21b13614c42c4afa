// Which sends of an event loop pass on what it has received from somewhere else. A pump's output answers nothing that
// came in on the same connection: an SSH server sends what its program wrote, however far the client's window messages
// have come. Told by the bytes: the thread sends about as many on one stream as it receives from another, and next to
// nothing goes the other way on either. Or told by an eventfd: nearly all that it sends on one stream follows a read of
// one and the same eventfd, so what other threads have queued there (ZeroMQ, runtimes with a thread for I/O).
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class Pumps {
 public:
  /// Bytes that a stream must carry at least to tell anything.
  static constexpr std::int64_t kLeast = 64 << 10;
  /// What goes the other way is at most so small a part.
  static constexpr std::int64_t kOtherWay = 20;
  /// Compression, encryption and protocols change the amount by so much at most: to 3/4, or 5/4.
  static constexpr std::int64_t kQuarters = 4;

  /// Sends after reads of an eventfd: at least so many, and all but one of so many.
  static constexpr std::int64_t kLeastPosted = 8, kPosted = 4;

  Pumps(const Program& program, const ScratchSequence<Op>& ops, const EventSources& events);

  /// Takes the thread's next op. For a send that passes on what the thread has received from another source: which.
  std::optional<SourceKey> next(const Op& op);
  /// Outgoing streams that an eventfd feeds.
  const std::unordered_map<std::uint32_t, SourceKey>& posted() const { return posted_; }

 private:
  struct Pump {
    std::uint32_t feeder = 0;
    std::int64_t passed_on = 0;
  };

  void find_streams_fed_by_streams(const ScratchSequence<Op>& ops);
  void find_streams_fed_by_events(const ScratchSequence<Op>& ops, const EventSources& events);
  std::optional<SourceKey> from_stream(const Op& send);

  /// The eventfd that the thread has read, if it has received nothing since.
  class LastEvent {
   public:
    explicit LastEvent(const EventSources& events) : events_(events) {}
    /// Of each op in turn; 0 = none.
    SourceKey after(const Op& op) {
      if (const SourceKey event = event_read_by(op, events_)) key_ = event;
      if (op.kind == OpKind::recv) key_ = 0;
      return key_;
    }

   private:
    const EventSources& events_;
    SourceKey key_ = 0;
  };

  const Program& program_;
  LastEvent last_event_;
  std::unordered_map<std::uint32_t, SourceKey> posted_;       ///< eventfds by stream
  std::unordered_map<std::uint32_t, Pump> pumps_;             ///< by stream
  std::unordered_map<std::uint32_t, std::int64_t> received_;  ///< from feeders
};

}  // namespace simrec::replay::causal
