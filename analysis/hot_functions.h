// Sampled CPU time by function (simrec --sample).
#pragma once

#include <string>
#include <vector>

#include "analysis/statistics.h"

namespace simrec::analysis {

struct HotFunction {
  std::string function;  ///< "?" where the trace has no name
  std::string module;
  std::uint64_t samples = 0;  ///< while it ran itself
  Ns self_ns = 0;             ///< CPU time attributed to itself
  Ns total_ns = 0;            ///< and to what it called, recursion counted once
};

/// Functions by CPU time, their own first; empty when nothing was sampled.
std::vector<HotFunction> hot_functions(const Statistics& statistics);

}  // namespace simrec::analysis
