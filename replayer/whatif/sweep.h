// A grid of replays.
#pragma once

#include <string>
#include <vector>

#include "replayer/whatif/axis.h"
#include "replayer/whatif/points.h"

namespace simrec::replay {

struct SweepPoint {
  Ns predicted_ns = 0;
  std::string failure;  ///< why there is no prediction; "" = there is one
};

struct Sweep {
  std::vector<Axis> axes;
  std::vector<SweepPoint> points;  ///< of the grid, the last axis varies fastest
  SweepPoint baseline;             ///< without the sweep's changes
};

/// Replays every point of the grid. Throws ReplayError before the first replay if an axis does not apply to this
/// platform or program at all; afterwards if nothing could be replayed, not even the unchanged program.
Sweep run_sweep(const Bench& bench, std::vector<Axis> axes);

}  // namespace simrec::replay
