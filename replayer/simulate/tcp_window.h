// Congestion window of one stream direction that crosses hosts: slow start from ten segments (RFC 6928), doubling
// per round trip while it limits the sender (RFC 5681), decay after idle time (RFC 2861, as Linux does it).
// No losses are modelled, so it never shrinks otherwise. Times are seconds of simulated time.
//
// HyStart (Ha and Rhee, Taming the elephants: new TCP slow start, 2011; as in net/ipv4/tcp_cubic.c): slow start ends
// when acknowledgements of one round trip have come close to each other for half of a round trip, since the link is
// then busy for that long; from then on the window grows by a twentieth of what is acknowledged. Who shares a link
// sends its window as one train, too, not each burst between those of the others as it is simulated: so the time that
// the link takes for the bytes is what counts. The other half of HyStart, delays that grow, is left out: a sender here
// never has more than one burst in the link's queue.
#pragma once

#include <cstdint>
#include <deque>

#include "replayer/simulate/network_model.h"
#include "replayer/simulate/tcp_sender.h"

namespace simrec::replay {

/// The way that bytes of a connection take, empty.
struct TcpPath {
  double round_trip_s = 0;
  double s_per_byte = 0;  ///< of its slowest link
};

class TcpWindow {
 public:
  static constexpr std::int64_t kInitialSegments = 10;  ///< RFC 6928
  static constexpr std::int64_t kInitialBytes = kInitialSegments * kSegmentPayload;
  static constexpr double kMinimumTimeoutVariance_s = 0.2;  ///< Linux: RTO = smoothed RTT + at least 200 ms

  explicit TcpWindow(const TcpPath& path, const TcpSender& sender = {})
      : path_(path), timeout_s_(path.round_trip_s + kMinimumTimeoutVariance_s), sender_(sender) {}

  /// What Linux (6.18, measured with ss -m; tcp_sndbuf_expand() in net/ipv4/tcp_input.c) gives the send buffer for each
  /// segment of a window, 4 MiB together at most (tcp_wmem). Each piece in it takes so much more than its bytes.
  static constexpr double kBufferPerSegment = 2304, kLargestBuffer = 4 << 20, kPieceOverhead = 832;

  /// Bytes that leave at once: Linux cuts what it hands to the network card by the rate of the connection
  /// (tcp_tso_autosize() in net/ipv4/tcp_output.c): what two windows per round trip send in 1/1024 s, and on short
  /// round trips 64 KiB, halved for each 512 us of them; two segments at least.
  std::int64_t burst() const;
  /// Position in the stream up to which the sender may fill its buffer at `now`. The buffer never becomes smaller.
  std::int64_t buffer_end(double now);
  /// Position in the stream up to which bytes may be sent at `now`; takes acknowledgements due by then.
  std::int64_t limit(double now);
  /// Bytes up to `position` leave at `now`.
  void sent(double now, std::int64_t position);
  /// Bytes up to `position` (everything of one flow) will be acknowledged at `when`; calls come in order of time.
  void acknowledge_at(double when, std::int64_t position);
  /// Takes those due by `now`; limit() and buffer_end() do, too.
  void take_acknowledgements(double now);
  /// When the next acknowledgement comes; infinity if none is under way.
  double next_acknowledgement() const;
  /// Bytes sent and not acknowledged.
  std::int64_t in_flight() const { return sent_ - acknowledged_; }

 private:
  struct Acknowledgement {
    double time;
    std::int64_t position;
    double sent;  ///< when the first of its bytes left
  };
  void restart_after_idle(double now);
  void grow(std::int64_t position);
  void look_for_train(const Acknowledgement& acknowledgement);

  TcpPath path_;
  double timeout_s_;
  TcpSender sender_;
  double last_sent_ = 0;
  std::int64_t window_ = kInitialBytes;
  std::int64_t largest_window_ = window_;
  std::int64_t sent_ = 0, acknowledged_ = 0;
  std::int64_t most_in_flight_ = 0;
  std::int64_t limited_up_to_ = 0;  ///< bytes up to here were in flight while the window was at least half used
  std::int64_t full_up_to_ = 0;     ///< while there was no room in it for another burst
  std::int64_t slow_start_until_ = INT64_MAX;  ///< window
  double round_start_ = 0, train_s_ = 0, train_until_ = 0;
  std::deque<Acknowledgement> due_;
};

}  // namespace simrec::replay
