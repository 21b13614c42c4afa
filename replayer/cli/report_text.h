// A prediction for people.
#pragma once

#include <iosfwd>

#include "trace-format/prediction.h"

namespace simrec::replay {

/// Prints the closure error first, then the prediction, where the time goes, a table of processes, what could not be
/// known, warnings.
void print_summary(const Prediction& prediction, std::ostream& out, bool colour);

}  // namespace simrec::replay
