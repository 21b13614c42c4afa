#include "replayer/simulate/use_over_time.h"

#include <algorithm>
#include <cmath>

namespace simrec::replay {

void UseOverTime::add(double from_s, double to_s, double amount) {
  while (to_s >= width_s_ * kSlices) fold();
  total_ += amount;
  const auto first = static_cast<std::size_t>(from_s / width_s_), last = static_cast<std::size_t>(to_s / width_s_);
  if (first >= last) {
    slices_[std::min(last, kSlices - 1)] += amount;
    return;
  }
  const double rate = amount / (to_s - from_s);
  slices_[first] += rate * (static_cast<double>(first + 1) * width_s_ - from_s);
  for (std::size_t i = first + 1; i < last; ++i) slices_[i] += rate * width_s_;
  slices_[last] += rate * (to_s - static_cast<double>(last) * width_s_);
}

void UseOverTime::fold() {
  for (std::size_t i = 0; i < kSlices / 2; ++i) slices_[i] = slices_[2 * i] + slices_[2 * i + 1];
  std::fill(slices_.begin() + kSlices / 2, slices_.end(), 0.0);
  width_s_ *= 2;
}

double UseOverTime::until(double time_s) const {
  const double position = std::clamp(time_s / width_s_, 0.0, static_cast<double>(kSlices));
  const auto whole = static_cast<std::size_t>(position);
  double sum = 0;
  for (std::size_t i = 0; i < whole; ++i) sum += slices_[i];
  return whole < kSlices ? sum + (position - static_cast<double>(whole)) * slices_[whole] : sum;
}

std::vector<std::uint64_t> UseOverTime::slices(double from_s, double to_s) const {
  std::vector<std::uint64_t> result(kUseSlices);
  const double before = until(from_s);
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < kUseSlices; ++i) {
    const double end = from_s + (to_s - from_s) * static_cast<double>(i + 1) / static_cast<double>(kUseSlices);
    const auto used = static_cast<std::uint64_t>(std::max(0.0, std::round(until(end) - before)));
    result[i] = used - std::min(given, used);
    given = std::max(given, used);
  }
  return result;
}

}  // namespace simrec::replay
