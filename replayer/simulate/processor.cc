#include "replayer/simulate/processor.h"

#include <algorithm>
#include <limits>

namespace simrec::replay {

double Processor::rate() const { return speed_factor_ * std::min(1.0, cores_ / static_cast<double>(tasks_.size())); }

void Processor::advance(double now) {
  if (!tasks_.empty() && now > last_) {
    virtual_ += (now - last_) * rate();
    const double used_s = (now - last_) * std::min(static_cast<double>(tasks_.size()), cores_);
    busy_core_s_ += used_s;
    if (busy_ns_) busy_ns_->add(last_, now, used_s * 1e9);
  }
  last_ = std::max(last_, now);
}

void Processor::add(std::uint32_t task, double work_s, double now) {
  advance(now);
  if (tasks_.empty()) virtual_ = 0;  // keeps virtual time small, hence exact
  tasks_.push_back({virtual_ + work_s, next_order_++, task});
  std::push_heap(tasks_.begin(), tasks_.end());
}

double Processor::next_completion() const {
  if (tasks_.empty()) return std::numeric_limits<double>::infinity();
  return last_ + std::max(0.0, tasks_.front().finish - virtual_) / rate();
}

void Processor::complete(double now, std::vector<std::uint32_t>& done) {
  if (tasks_.empty()) return;
  advance(now);
  virtual_ = std::max(virtual_, tasks_.front().finish);
  while (!tasks_.empty() && tasks_.front().finish <= virtual_) {
    done.push_back(tasks_.front().task);
    std::pop_heap(tasks_.begin(), tasks_.end());
    tasks_.pop_back();
  }
}

void Processor::set_speed_factor(double factor, double now) {
  advance(now);
  speed_factor_ = factor;
}

}  // namespace simrec::replay
