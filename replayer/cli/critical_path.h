// A simulation's critical path and its tables in the trace's and the platform's words.
#pragma once

#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

/// Fills in path, connections and links, as far as the outcome has them.
void add_critical_path(Prediction& prediction, const Program& program, const Outcome& outcome);

}  // namespace simrec::replay
