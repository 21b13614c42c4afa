// Robust statistics and clocks of the calibration.
#pragma once

#include <sched.h>
#include <x86intrin.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <vector>

#include "trace-format/ids.h"

namespace simrec::record {

/// Middle value (upper one of an even number); 0 when there is none. Takes its argument by value: it reorders it.
inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// What the quickest fifth of the values does not exceed: for waits, which other programs' load only lengthens.
inline double quick_fifth(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 5);
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

/// Median absolute deviation from the median.
inline double median_deviation(std::vector<double> values) {
  const double centre = median(values);
  for (double& v : values) v = std::abs(v - centre);
  return median(std::move(values));
}

/// Mean of the values between the 10th and the 90th percentile: unlike the median it adds up over many calls, unlike
/// the mean it ignores interrupts and preemption.
inline double trimmed_mean(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t cut = values.size() / 10;
  double sum = 0;
  for (std::size_t i = cut; i < values.size() - cut; ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - 2 * cut);
}

/// `clock` in ns.
inline Ns now_ns(clockid_t clock = CLOCK_MONOTONIC) {
  timespec t{};
  clock_gettime(clock, &t);
  return Ns{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

inline Ns to_ns(double value) { return static_cast<Ns>(std::llround(value)); }

/// The cores that this process may run on, ascending; empty when unknown.
inline std::vector<int> allowed_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return cores;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<unsigned>(cpu), &set)) cores.push_back(cpu);
  return cores;
}

/// Keeps the calling thread on one core until destroyed; does nothing when that is not possible.
class PinnedToCore {
 public:
  explicit PinnedToCore(int core) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<unsigned>(core), &one);
    pinned_ = sched_getaffinity(0, sizeof before_, &before_) == 0 && sched_setaffinity(0, sizeof one, &one) == 0;
  }
  ~PinnedToCore() {
    if (pinned_) sched_setaffinity(0, sizeof before_, &before_);
  }
  PinnedToCore(const PinnedToCore&) = delete;
  PinnedToCore& operator=(const PinnedToCore&) = delete;

 private:
  cpu_set_t before_{};
  bool pinned_ = false;
};

}  // namespace simrec::record
