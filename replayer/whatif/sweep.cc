#include "replayer/whatif/sweep.h"

#include <algorithm>

namespace simrec::replay {
namespace {

SweepPoint point_of(const Simulated& simulated) {
  if (!simulated.outcome) return {0, simulated.failure};
  return {simulated.outcome->predicted_ns, ""};
}

}  // namespace

Sweep run_sweep(const Bench& bench, std::vector<Axis> axes) {
  const std::size_t size = grid_size(axes);
  check_applies(bench, grid_changes(axes, 0));
  std::vector<Point> points(1);
  for (std::size_t i = 0; i < size; ++i) points.push_back(grid_changes(axes, i));
  const std::vector<Simulated> results = replay_points(bench, points);
  Sweep sweep{std::move(axes), {}, point_of(results.front())};
  for (std::size_t i = 1; i < results.size(); ++i) sweep.points.push_back(point_of(results[i]));
  if (std::ranges::none_of(results, [](const Simulated& one) { return one.outcome.has_value(); }))
    throw ReplayError(sweep.baseline.failure);
  return sweep;
}

}  // namespace simrec::replay
