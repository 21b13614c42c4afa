#include "replayer/simulate/tcp_window.h"

#include <algorithm>
#include <limits>

namespace simrec::replay {

std::int64_t TcpWindow::limit(double now) {
  take_acknowledgements(now);
  restart_after_idle(now);
  return acknowledged_ + window_;
}

std::int64_t TcpWindow::buffer_end(double now) {
  take_acknowledgements(now);
  return acknowledged_ + kBufferPerWindow * largest_window_;
}

void TcpWindow::sent(double now, std::int64_t position) {
  sent_ = position;
  last_sent_ = now;
  // Linux grows the window in slow start only when more than half of it is in use (tcp_is_cwnd_limited).
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
    if (grown_by > 0) window_ += grown_by;
    largest_window_ = std::max(largest_window_, window_);
    acknowledged_ = std::max(acknowledged_, position);
    due_.pop_front();
  }
}

void TcpWindow::restart_after_idle(double now) {
  if (!idle_restart_ || sent_ > acknowledged_ || sent_ == 0) return;
  const std::int64_t floor = std::min(window_, kInitialSegments * kSegmentPayload);
  for (double idle = now - last_sent_ - timeout_s_; idle > 0 && window_ > floor; idle -= timeout_s_)
    window_ = std::max(window_ / 2, floor);
  if (now - last_sent_ > timeout_s_) last_sent_ = now;  // decayed once for this pause
}

}  // namespace simrec::replay
