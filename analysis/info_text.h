// The statistics of a trace for people.
#pragma once

#include <iosfwd>
#include <string>

#include "analysis/statistics.h"

namespace simrec::analysis {

struct InfoOptions {
  std::size_t rows = 20;  ///< of each table; 0 = all
  bool colour = false;
};

/// Prints facts, process tree, calls, losses.
void print_info(std::ostream& out, const std::string& path, const Statistics& statistics, const InfoOptions& options);

}  // namespace simrec::analysis
