// The statistics of a trace for programs.
#pragma once

#include <iosfwd>
#include <string>

#include "analysis/statistics.h"

namespace simrec::analysis {

/// Prints one JSON object; times in ns, sizes in bytes.
void print_info_json(std::ostream& out, const std::string& path, const Statistics& statistics);

}  // namespace simrec::analysis
