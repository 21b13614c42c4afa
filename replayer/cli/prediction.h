// Puts together what the trace, the program and the simulation say into one prediction.
#pragma once

#include <optional>

#include "replayer/cli/options.h"
#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

/// Where a prediction comes from.
struct Provenance {
  std::string trace_name, trace_sha256;
  std::string order;  ///< that the program was compiled with
  std::string platform_name, platform_sha256;
};

/// `twin_ns`: predicted wall time on the twin; nullopt = not asked for, then there is no closure error.
Prediction make_prediction(const Program& program, const Outcome& outcome, std::optional<Ns> twin_ns,
                           const Provenance& provenance, const Options& options);

/// True if the prediction holds an interval.
bool has_interval(const PredictionSummary& summary);

/// True if the prediction holds a closure error.
bool has_closure(const PredictionSummary& summary);

}  // namespace simrec::replay
