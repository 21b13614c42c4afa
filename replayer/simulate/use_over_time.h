// How much of something was used when, in a fixed number of slices that grow with the time seen.
#pragma once

#include <cstdint>
#include <vector>

namespace simrec::replay {

/// Slices of a prediction's time in its tables.
inline constexpr std::size_t kUseSlices = 100;

class UseOverTime {
 public:
  /// `amount` was used evenly from `from_s` to `to_s` >= from_s.
  void add(double from_s, double to_s, double amount);
  /// What was used from `from_s` to `to_s`, in kUseSlices equal slices, rounded so that their sum is as exact as each.
  std::vector<std::uint64_t> slices(double from_s, double to_s) const;
  double total() const { return total_; }

 private:
  static constexpr std::size_t kSlices = 8 * kUseSlices;
  double until(double time_s) const;  ///< used before that time
  void fold();

  double width_s_ = 1e-6;
  double total_ = 0;
  std::vector<double> slices_ = std::vector<double>(kSlices);
};

}  // namespace simrec::replay
