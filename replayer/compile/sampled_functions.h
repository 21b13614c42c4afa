// What the recorder's samples say about where threads computed (simrec --sample).
#pragma once

#include <vector>

#include "replayer/program/program.h"
#include "trace-format/trace.h"

namespace simrec::replay::causal {

/// CPU time by thread and innermost function; empty when nothing was sampled.
std::vector<SampledFunction> sampled_functions(const Trace& trace);

}  // namespace simrec::replay::causal
