// From the replays of one or several recordings of an experiment to one prediction, with verdict and interval.
#pragma once

#include <vector>

#include "replayer/cli/evidence.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

/// What the replay of one recording found.
struct Replayed {
  Prediction prediction;
  Evidence evidence;
};

/// The prediction of the experiment: that of the median recording, whose processes and timeline it has; of an even
/// number the lower of the middle two, with the predicted times at the mean of the two. `recordings` is not empty.
Prediction conclude(std::vector<Replayed> recordings);

}  // namespace simrec::replay
