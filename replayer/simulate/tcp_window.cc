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

std::int64_t TcpWindow::burst() const {
  constexpr double kBurstsPerSecond = 1024, kHalving_s = 512e-6, kLargest = 65536;
  const double by_rate =
      path_.round_trip_s > 0 ? 2 * static_cast<double>(window_) / path_.round_trip_s / kBurstsPerSecond : kLargest;
  const double bytes = std::min(
      kLargest, by_rate + std::ldexp(kLargest, -static_cast<int>(std::min(64.0, path_.round_trip_s / kHalving_s))));
  return std::max<std::int64_t>(2, static_cast<std::int64_t>(bytes) / kSegmentPayload) * kSegmentPayload;
}

std::int64_t TcpWindow::buffer_end(double now) {
  take_acknowledgements(now);
  const double segments = static_cast<double>(largest_window_) / kSegmentPayload;
  const double buffer = std::min(kLargestBuffer, sender_.buffer_windows * segments * kBufferPerSegment);
  const std::int64_t piece = sender_.gso_segments * kSegmentPayload;
  // A piece is begun if there is any room, and then filled.
  const double pieces = std::ceil(buffer / (static_cast<double>(piece) + kPieceOverhead));
  return acknowledged_ + static_cast<std::int64_t>(pieces) * piece;
}

void TcpWindow::sent(double now, std::int64_t position) {
  sent_ = position;
  last_sent_ = now;
  // Linux grows the window in slow start only while more than half of it is in use (tcp_is_cwnd_limited).
  most_in_flight_ = std::max(most_in_flight_, sent_ - acknowledged_);
  if (2 * (sent_ - acknowledged_) > window_) limited_up_to_ = sent_;
  if (sent_ - acknowledged_ + burst() > window_) full_up_to_ = sent_;
}

void TcpWindow::acknowledge_at(double when, std::int64_t position) { due_.push_back({when, position, last_sent_}); }

double TcpWindow::next_acknowledgement() const {
  return due_.empty() ? std::numeric_limits<double>::infinity() : due_.front().time;
}

void TcpWindow::take_acknowledgements(double now) {
  while (!due_.empty() && due_.front().time <= now + kInstant_s) {
    look_for_train(due_.front());
    grow(due_.front().position);
    acknowledged_ = std::max(acknowledged_, due_.front().position);
    due_.pop_front();
  }
}

/// What has been acknowledged lets the window grow, if it was what limited the sender.
void TcpWindow::grow(std::int64_t position) {
  constexpr std::int64_t kSlower = 20;  // tcp_cubic.c: while nothing was lost yet
  const bool slow_start = window_ < slow_start_until_;
  const std::int64_t counted = std::min(position, slow_start ? limited_up_to_ : full_up_to_) - acknowledged_;
  const std::int64_t grown = slow_start ? std::min(window_ + counted, slow_start_until_) : window_ + counted / kSlower;
  const auto most = static_cast<std::int64_t>(sender_.most_windows * static_cast<double>(most_in_flight_));
  if (counted > 0) window_ = std::max(window_, std::min(grown, most));
  largest_window_ = std::max(largest_window_, window_);
}

/// Ends slow start when the acknowledgements of a round trip have come without a pause for half of one. The receiver
/// sends one for every second segment.
void TcpWindow::look_for_train(const Acknowledgement& ack) {
  constexpr std::int64_t kLowest = 16 * kSegmentPayload;
  constexpr double kPause_s = 2e-3, kMostDelay_s = 1e-3, kDelayBytes = 4 * 65536;
  if (!sender_.hystart || slow_start_until_ != INT64_MAX || window_ < kLowest || ack.position <= acknowledged_) return;
  if (path_.s_per_byte * 2 * kFrame > kPause_s) return;
  const auto bytes = static_cast<double>(ack.position - acknowledged_);
  const double transfer_s = bytes * kFrame / kSegmentPayload * path_.s_per_byte;
  if (ack.sent >= round_start_ - kInstant_s) {  // not before: acknowledgements may be looked at late
    round_start_ = ack.time;
    train_s_ = 0;
  } else if (ack.time - transfer_s - train_until_ > kPause_s) {
    return;
  }
  train_until_ = ack.time;
  const double delay_s = std::min(kMostDelay_s, kDelayBytes * path_.round_trip_s / (2 * static_cast<double>(window_)));
  const double left_s = (path_.round_trip_s + delay_s) / 2 - train_s_;
  train_s_ += transfer_s;
  if (transfer_s > left_s) slow_start_until_ = window_ + static_cast<std::int64_t>(bytes * left_s / transfer_s);
}

void TcpWindow::restart_after_idle(double now) {
  if (!sender_.idle_restart || sent_ > acknowledged_ || sent_ == 0 || now - last_sent_ <= timeout_s_) return;
  slow_start_until_ = std::max(slow_start_until_, window_ / 4 * 3);
  const std::int64_t floor = std::min(window_, kInitialBytes);
  for (double idle = now - last_sent_ - timeout_s_; idle > 0 && window_ > floor; idle -= timeout_s_)
    window_ = std::max(window_ / 2, floor);
  last_sent_ = now;  // decayed once for this pause
}

}  // namespace simrec::replay
