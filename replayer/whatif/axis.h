// The axes of a sweep: [SCOPE:]QUANTITY=VALUES, where VALUES is a list or a range.
//   1x,2x,4x            these
//   0.1ms:100ms:log10   from … to …, ten points per factor of ten; the ends are always among them
//   1x:4x:lin7          seven points at equal distances, both ends among them
//   1:16:1              from … to … in steps
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replayer/whatif/change.h"

namespace simrec::replay {

struct Axis {
  Knob knob;
  std::vector<Amount> amounts;      ///< all factors, or all absolute
  std::vector<std::string> labels;  ///< of the amounts, for people
  bool logarithmic = false;         ///< drawn so
};

/// Most points of a sweep.
inline constexpr std::size_t kMostPoints = 10'000;

/// Throws ReplayError.
Axis parse_axis(std::string_view text);

/// Points of the grid. Throws ReplayError above kMostPoints.
std::size_t grid_size(const std::vector<Axis>& axes);

/// Index into each axis of the point; the last axis varies fastest.
std::vector<std::size_t> grid_index(const std::vector<Axis>& axes, std::size_t point);

/// The changes that make the point.
std::vector<Change> grid_changes(const std::vector<Axis>& axes, std::size_t point);

/// "x" for factors, else the quantity's unit: "s", "Bps", "f", "".
std::string unit_of(const Axis& axis);

}  // namespace simrec::replay
