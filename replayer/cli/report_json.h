// A prediction as JSON, for programs.
#pragma once

#include <iosfwd>

#include "trace-format/prediction.h"

namespace simrec::replay {

/// Prints one object. Holds no date and no duration of the replay itself: equal inputs give equal bytes.
void print_json(const Prediction& prediction, std::ostream& out);

}  // namespace simrec::replay
