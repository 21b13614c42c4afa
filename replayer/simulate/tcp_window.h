// Congestion window of one stream direction that crosses hosts: slow start from ten segments (RFC 6928), doubling
// per round trip while it limits the sender (RFC 5681), decay after idle time (RFC 2861, as Linux does it).
// No losses are modelled, so it never shrinks otherwise. Times are seconds of simulated time.
#pragma once

#include <cstdint>
#include <deque>

#include "replayer/simulate/network_model.h"

namespace simrec::replay {

class TcpWindow {
 public:
  static constexpr std::int64_t kInitialSegments = 10;  ///< RFC 6928
  static constexpr std::int64_t kInitialBytes = kInitialSegments * kSegmentPayload;
  static constexpr double kMinimumTimeoutVariance_s = 0.2;  ///< Linux: RTO = smoothed RTT + at least 200 ms

  explicit TcpWindow(double round_trip_s, bool idle_restart = true)
      : round_trip_s_(round_trip_s),
        timeout_s_(round_trip_s + kMinimumTimeoutVariance_s),
        idle_restart_(idle_restart) {}

  /// What Linux (6.18, measured with ss -m; tcp_sndbuf_expand() in net/ipv4/tcp_input.c) gives the send buffer for each
  /// segment of the congestion window: three times 2304 bytes, 4 MiB together at most (tcp_wmem). Each burst that waits
  /// in it takes so much more than its bytes.
  static constexpr double kBufferPerSegment = 6912, kLargestBuffer = 4 << 20, kBurstOverhead = 1664;

  /// Bytes that leave at once: Linux cuts what it hands to the network card by the rate of the connection
  /// (tcp_tso_autosize() in net/ipv4/tcp_output.c): what two windows per round trip send in 1/1024 s, and on short
  /// round trips 64 KiB, halved for each 512 us of them; two segments at least.
  std::int64_t burst() const { return burst_of(window_); }
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
  };
  void restart_after_idle(double now);
  std::int64_t burst_of(std::int64_t window) const;

  double round_trip_s_;
  double timeout_s_;
  bool idle_restart_;
  double last_sent_ = 0;
  std::int64_t window_ = kInitialBytes;
  std::int64_t largest_window_ = window_;
  std::int64_t sent_ = 0, acknowledged_ = 0;
  std::int64_t most_in_flight_ = 0;
  std::int64_t limited_up_to_ = 0;  ///< bytes up to here were in flight while the window was at least half used
  std::deque<Acknowledgement> due_;
};

}  // namespace simrec::replay
