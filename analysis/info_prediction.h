// The headline of a prediction, for people and for programs.
#pragma once

#include <iosfwd>
#include <string>

#include "analysis/info_text.h"
#include "trace-format/prediction.h"

namespace simrec::analysis {

/// Predicted time, interval, verdict, critical path, connections and links, what the trace cannot tell, warnings.
void print_prediction_info(std::ostream& out, const std::string& path, const Prediction& prediction,
                           const InfoOptions& options);

/// The same as one JSON object; fields named as in `simreplay --json`.
void print_prediction_info_json(std::ostream& out, const std::string& path, const Prediction& prediction);

}  // namespace simrec::analysis
