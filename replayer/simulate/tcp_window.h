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
  static constexpr std::int64_t kInitialSegments = 10;      ///< RFC 6928
  static constexpr double kMinimumTimeoutVariance_s = 0.2;  ///< Linux: RTO = smoothed RTT + at least 200 ms

  explicit TcpWindow(double round_trip_s, bool idle_restart = true)
      : timeout_s_(round_trip_s + kMinimumTimeoutVariance_s), idle_restart_(idle_restart) {}

  /// A send buffer holds so many times the congestion window: tcp_sndbuf_expand() in Linux's net/ipv4/tcp_input.c gives
  /// it two windows, and counts each segment of 1448 bytes as 4352 with what belongs to it; queued bytes need a few
  /// percent more than themselves.
  static constexpr std::int64_t kBufferPerWindow = 6;

  /// Position in the stream up to which the sender may fill its buffer at `now`. The buffer never becomes smaller.
  std::int64_t buffer_end(double now);
  /// Position in the stream up to which bytes may be sent at `now`; takes acknowledgements due by then.
  std::int64_t limit(double now);
  /// Bytes up to `position` leave at `now`.
  void sent(double now, std::int64_t position);
  /// Bytes up to `position` (everything of one flow) will be acknowledged at `when`; calls come in order of time.
  void acknowledge_at(double when, std::int64_t position);
  /// When the next acknowledgement comes; infinity if none is under way.
  double next_acknowledgement() const;

 private:
  struct Acknowledgement {
    double time;
    std::int64_t position;
  };
  void take_acknowledgements(double now);
  void restart_after_idle(double now);

  double timeout_s_;
  bool idle_restart_;
  double last_sent_ = 0;
  std::int64_t window_ = kInitialSegments * kSegmentPayload;
  std::int64_t largest_window_ = window_;
  std::int64_t sent_ = 0, acknowledged_ = 0;
  std::int64_t limited_up_to_ = 0;  ///< bytes up to here were in flight while the window was at least half used
  std::deque<Acknowledgement> due_;
};

}  // namespace simrec::replay
