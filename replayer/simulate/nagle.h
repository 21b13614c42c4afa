// Nagle's algorithm on one direction of a TCP connection, and the delayed acknowledgements that it waits for.
// Linux 6.18: without TCP_NODELAY a segment that is not full waits while another one that was not full is not
// acknowledged (RFC 896 as Minshall changed it; tcp_nagle_test() in net/ipv4/tcp_output.c). A receiver that has
// answered soon after an earlier segment leaves the acknowledgement of a small one to its next answer, for 40 ms at
// most (inet_csk_in_pingpong_mode() and __tcp_ack_snd_check() in tcp_input.c, tcp_event_data_sent() in tcp_output.c).
// If it has to send one alone, its next ones come at once again (tcp_delack_timer_handler() in tcp_timer.c). A receiver
// that does not answer sends them as soon as it has read (__tcp_cleanup_rbuf() in tcp.c): at once, here. Times are
// seconds of simulated time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "replayer/program/delayed_acknowledgement.h"
#include "replayer/simulate/engine.h"
#include "replayer/simulate/network_model.h"

namespace simrec::replay {

class Nagle {
 public:
  /// A write; `delays` = to a socket without TCP_NODELAY. The latest one counts for all that is queued.
  void written(double now, bool delays) {
    if (now > written_s_ + kInstant_s) {
      written_s_ = now;
      delayed_ = delays_;
    }
    delays_ = delays;
  }
  /// How many of the stream's next `payload` bytes may leave at `now`; less only if they do not end with a full
  /// segment, and then perhaps 0. closing = the stream's end follows: then nothing is held back.
  std::int64_t allowed(double now, std::int64_t payload, bool closing) {
    if (!delays_ || closing) return payload;
    settle(now);
    const std::int64_t tail = payload % kSegmentPayload;
    return now + kInstant_s < small_acknowledged_s_ ? payload - tail : payload;
  }
  /// A flow of `payload` bytes arrives at `when`; an acknowledgement takes `back_s`. `waits` = it may be delayed.
  void arrives(double when, double back_s, std::int64_t payload, bool waits) {
    if (!delays_) return;
    back_s_ = back_s;
    const bool small = payload % kSegmentPayload != 0;
    if (small) small_acknowledged_s_ = when + back_s;
    if (waits) flows_.push_back({when, small, payload > kSegmentPayload});
  }
  /// Did the latest write before this instant delay? What is written at `now` may come first or not.
  bool delayed(double now) const { return now > written_s_ + kInstant_s ? delays_ : delayed_; }
  /// A flow of the receiver's leaves now: what it has still to acknowledge goes with that.
  void answered(double now) {
    if (!delays_) return;
    settle(now);
    if (now - received_s_ < kDelay_s - kInstant_s) answers_ = true;
    if (!waits()) return;
    due_s_ = small_acknowledged_s_ = kNever;
    is_carried_ = true;
  }
  /// That flow arrives at `when`. False: it acknowledges nothing.
  bool answer_arrives(double when) {
    if (!std::exchange(is_carried_, false)) return false;
    small_acknowledged_s_ = std::min(small_acknowledged_s_, when);
    return true;
  }
  /// When to look again whether small segments are still held back: they may be, if something arrives meanwhile.
  /// kNever while the acknowledgement is on its way with a flow: see answer_arrives().
  double held_until() const {
    return flows_.empty() ? small_acknowledged_s_ : std::min(small_acknowledged_s_, flows_.front().arrives_s + back_s_);
  }

 private:
  static constexpr double kDelay_s = static_cast<double>(kDelayedAcknowledgement) * 1e-9;
  struct Flow {
    double arrives_s;
    bool small;
    bool of_segments;  ///< several: acknowledged at once
  };
  /// What has arrived until `now`.
  void settle(double now) {
    std::size_t arrived = 0;
    for (; arrived < flows_.size() && flows_[arrived].arrives_s <= now + kInstant_s; ++arrived)
      receive(flows_[arrived]);
    flows_.erase(flows_.begin(), flows_.begin() + static_cast<std::ptrdiff_t>(arrived));
    expire(now);
  }
  void receive(const Flow& flow) {
    expire(flow.arrives_s);
    received_s_ = flow.arrives_s;
    if (flow.of_segments || !answers_ || waits()) {
      acknowledge(flow.arrives_s);
    } else if (flow.small) {
      due_s_ = flow.arrives_s + kDelay_s;
      small_acknowledged_s_ = due_s_ + back_s_;
    }
  }
  /// Did the receiver have to acknowledge without an answer?
  void expire(double now) {
    if (due_s_ >= now - kInstant_s) return;
    due_s_ = kNever;
    answers_ = false;
  }
  /// Is there one that is delayed?
  bool waits() const { return due_s_ < kNever; }
  void acknowledge(double when) {
    if (!waits()) return;
    due_s_ = kNever;
    small_acknowledged_s_ = std::min(small_acknowledged_s_, when + back_s_);
  }

  bool delays_ = false;
  bool delayed_ = false;              ///< before the writes of this instant
  double written_s_ = -2 * kDelay_s;  ///< when the first of those was
  bool answers_ = false;              ///< the receiver, soon
  bool is_carried_ = false;           ///< an acknowledgement, by a flow that is under way
  double back_s_ = 0;
  double small_acknowledged_s_ = 0;    ///< at the sender
  double received_s_ = -2 * kDelay_s;  ///< what came last
  double due_s_ = kNever;              ///< when the receiver acknowledges without an answer
  std::vector<Flow> flows_;            ///< under way; few
};

/// What flows of the stream acknowledge: its connection's other direction, if that is between hosts, else nullptr.
/// `streams` = an engine's.
template <class Streams>
auto* other_direction(Streams& streams, std::uint32_t index) {
  const std::uint32_t opposite = streams[index].remote->opposite;
  return opposite == kNoStream ? nullptr : streams[opposite].remote.get();
}

/// Is the sleep a recorded wait for a delayed acknowledgement between hosts, whose own ones are modelled? Not those of
/// a connection whose other direction is not known.
template <class Streams>
bool is_modelled(const NetworkModel& model, double now, const Op& sleep, const Streams& streams) {
  if (!(sleep.flags & kNagle) || !model.delayed_acknowledgements) return false;
  const auto& path = streams[sleep.target].remote;
  return path && path->nagle.delayed(now) && other_direction(streams, sleep.target) != nullptr;
}

}  // namespace simrec::replay
