// Questions that take many replays: --sweep, --target, --sensitivity.
#pragma once

#include <functional>

#include "replayer/cli/options.h"
#include "replayer/program/program_file.h"
#include "replayer/whatif/points.h"

namespace simrec::replay {

/// The trace of the program, for who needs it again.
struct FunctionStudy {
  std::vector<std::string> names;  ///< of functions worth a look; empty = nothing was sampled
  std::function<std::shared_ptr<const Program>(const std::vector<Change>&)> recompile;  ///< see Bench; may be empty
};

/// Replays and prints the answer, to -o or standard output. `functions` is called if it matters. Throws ReplayError,
/// UsageError, TraceError.
void run_study(const Options& options, const SavedProgram& compiled, const std::function<FunctionStudy()>& functions);

}  // namespace simrec::replay
