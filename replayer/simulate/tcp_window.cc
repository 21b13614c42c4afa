#include "replayer/simulate/tcp_window.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace simrec::replay {

std::int64_t TcpWindow::limit(double now) {
  take_acknowledgements(now);
  restart_after_idle(now);
  return acknowledged_ + window_;
}

std::int64_t TcpWindow::burst_of(std::int64_t window) const {
  constexpr double kBurstsPerSecond = 1024, kHalving_s = 512e-6, kLargest = 65536;
  const double by_rate =
      round_trip_s_ > 0 ? 2 * static_cast<double>(window) / round_trip_s_ / kBurstsPerSecond : kLargest;
  const double bytes =
      std::min(kLargest, by_rate + std::ldexp(kLargest, -static_cast<int>(std::min(64.0, round_trip_s_ / kHalving_s))));
  return std::max<std::int64_t>(2, static_cast<std::int64_t>(bytes) / kSegmentPayload) * kSegmentPayload;
}

std::int64_t TcpWindow::buffer_end(double now) {
  take_acknowledgements(now);
  const double segments = static_cast<double>(largest_window_) / kSegmentPayload;
  const double burst = static_cast<double>(burst_of(largest_window_));
  const double bytes = std::min(kLargestBuffer, segments * kBufferPerSegment) / (1 + kBurstOverhead / burst);
  return acknowledged_ + static_cast<std::int64_t>(bytes);
}

void TcpWindow::sent(double now, std::int64_t position) {
  sent_ = position;
  last_sent_ = now;
  // Linux grows the window in slow start only while more than half of it is in use (tcp_is_cwnd_limited).
  most_in_flight_ = std::max(most_in_flight_, sent_ - acknowledged_);
  if (2 * (sent_ - acknowledged_) > window_) limited_up_to_ = sent_;
}

void TcpWindow::acknowledge_at(double when, std::int64_t position) { due_.push_back({when, position}); }

double TcpWindow::next_acknowledgement() const {
  return due_.empty() ? std::numeric_limits<double>::infinity() : due_.front().time;
}

void TcpWindow::take_acknowledgements(double now) {
  while (!due_.empty() && due_.front().time <= now + kInstant_s) {
    const std::int64_t position = due_.front().position;
    const std::int64_t grown_by = std::min(position, limited_up_to_) - acknowledged_;
    if (grown_by > 0) window_ = std::max(window_, std::min(window_ + grown_by, 2 * most_in_flight_));
    largest_window_ = std::max(largest_window_, window_);
    acknowledged_ = std::max(acknowledged_, position);
    due_.pop_front();
  }
}

void TcpWindow::restart_after_idle(double now) {
  if (!idle_restart_ || sent_ > acknowledged_ || sent_ == 0) return;
  const std::int64_t floor = std::min(window_, kInitialBytes);
  for (double idle = now - last_sent_ - timeout_s_; idle > 0 && window_ > floor; idle -= timeout_s_)
    window_ = std::max(window_ / 2, floor);
  if (now - last_sent_ > timeout_s_) last_sent_ = now;  // decayed once for this pause
}

}  // namespace simrec::replay
