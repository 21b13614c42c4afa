// What the page of `simtrace report` shows, but for the long columns: as JSON (analysis/report/src/data.ts reads it).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/report_columns.h"
#include "trace-format/prediction.h"

namespace simrec::analysis {

/// `owners` as path_columns() filled it. Fields "sweep" and "recording" are null.
nlohmann::ordered_json report_head(const Prediction& prediction, const std::vector<PathOwner>& owners);

/// Where and how a trace was recorded. Throws TraceError when it is unreadable, or not the one the prediction was
/// made from.
nlohmann::ordered_json recording_json(const std::string& path, const PredictionSummary& summary);

}  // namespace simrec::analysis
