// The exchanges of a connection that two event loops made: request and answer, on either side. For shared_work.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

/// Consecutive ops of a fiber.
struct Segment {
  std::uint32_t thread = 0;            ///< of the program: where they are
  std::uint32_t first = 0, count = 0;  ///< ops
  std::uint32_t fiber = 0;             ///< of the side's fibers: where they go
  std::int64_t before = 0;             ///< bytes received before it
  std::int64_t sent = 0, received = 0;
  /// Nothing but sends and receives of this connection, computing, and waking others, who need not know for whom.
  bool plain = true;
  bool gone = false;  ///< given away, but for its signals: they come no later than they did
};

/// What a connection's two sides do for one request.
struct Exchange {
  Segment client, server;
};

using Fibers = std::vector<const Fiber*>;

/// One side of a connection: what comes before the first exchange, then exchange after exchange.
struct Side {
  explicit Side(const std::shared_ptr<ScratchSpace>& space) : exchanges(space), more(space) {}

  Fibers fibers;                  ///< of consecutive regions of one event loop
  std::uint32_t out = 0, in = 0;  ///< streams
  Segment head;
  ScratchSequence<Segment> exchanges;
  ScratchSequence<Segment> more;  ///< from other connections, to come before the last exchange
};

/// Splits fibers where they turn to the next exchange: `first` is what an exchange begins with on this side.
class Cutter {
 public:
  Cutter(const Program& program, OpKind first, const std::shared_ptr<ScratchSpace>& space)
      : program_(program), first_(first), side_(space) {}

  std::optional<Side> cut(const Fibers& fibers) {
    side_.fibers = fibers;
    for (fiber_ = 0; fiber_ < fibers.size(); ++fiber_) {
      const std::uint32_t number = fibers[fiber_]->thread;
      const ProgramThread& thread = program_.threads[number];
      // An exchange that two regions share belongs to neither.
      if (fiber_ > 0 && (!other_seen_ || begins_with(thread) != first_)) return std::nullopt;
      if (fiber_ == 0) side_.head.thread = number;
      for (std::uint32_t i = 0; i < thread.ops.size(); ++i)
        if (!add(thread.ops[i], number, i)) return std::nullopt;
    }
    if (!has_out_ || !has_in_ || side_.exchanges.empty()) return std::nullopt;
    return std::move(side_);
  }

 private:
  /// What it does first but compute.
  static OpKind begins_with(const ProgramThread& thread) {
    for (const Op& op : thread.ops)
      if (op.kind != OpKind::compute) return op.kind;
    return OpKind::exit;
  }

  Segment& segment() { return side_.exchanges.empty() ? side_.head : side_.exchanges.back(); }

  bool add(const Op& op, std::uint32_t thread, std::uint32_t index) {
    if (op.kind == first_ && (side_.exchanges.empty() || other_seen_)) {
      Segment next;
      next.thread = thread;
      next.first = index;
      next.fiber = fiber_;
      next.before = received_;
      side_.exchanges.push_back(next);
      other_seen_ = false;
    }
    Segment& current = segment();
    if (op.kind == OpKind::send && !one_stream(has_out_, side_.out, op)) return false;
    if (op.kind == OpKind::recv) {
      if (!one_stream(has_in_, side_.in, op)) return false;
      current.received += op.value - received_;
      received_ = op.value;
    }
    if (op.kind == OpKind::send) current.sent += op.value;
    const bool transfer = op.kind == OpKind::send || op.kind == OpKind::recv;
    other_seen_ = other_seen_ || (transfer && op.kind != first_);
    current.plain = current.plain && (transfer || op.kind == OpKind::compute || is_plain_signal(op));
    ++current.count;
    return true;
  }

  static bool one_stream(bool& known, std::uint32_t& stream, const Op& op) {
    if (known) return stream == op.target;
    known = true;
    stream = op.target;
    return true;
  }

  const Program& program_;
  const OpKind first_;
  Side side_;
  std::uint32_t fiber_ = 0;
  bool has_out_ = false, has_in_ = false, other_seen_ = false;
  std::int64_t received_ = 0;
};

inline bool is_exchange(const Segment& client, const Segment& server) {
  return client.sent == server.received && client.received == server.sent;
}

}  // namespace simrec::replay::causal
