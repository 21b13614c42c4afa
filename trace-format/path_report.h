// The critical path and the tables beside it, for terminals.
#pragma once

#include <iosfwd>

#include "trace-format/prediction.h"
#include "trace-format/terminal.h"

namespace simrec {

/// How much is shown.
struct PathRows {
  bool kinds = false;  ///< sums by kind, with what they mean
  std::size_t shares = 7;
  std::size_t functions = 0, locks = 0, connections = 0, links = 0, hosts = 0;  ///< 0 = the table is left out
};

/// Share, time, kind and who of the path's largest parts, each behind an empty line as the other tables. Prints nothing
/// without a path.
void print_path(const Prediction& prediction, std::ostream& out, const Paint& paint, const PathRows& rows);

}  // namespace simrec
