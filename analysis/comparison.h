// The difference of two runs, by cause, the largest change first.
#pragma once

#include <string>
#include <vector>

#include "analysis/run_profile.h"

namespace simrec::analysis {

/// One number in both runs.
struct Change {
  std::string cause;  ///< or the name of a total
  std::string who{};  ///< process; "" = the whole run
  Unit unit = Unit::time;
  std::int64_t a = 0, b = 0;
  bool matters = false;  ///< larger than the threshold; always false for what is no time

  std::int64_t difference() const { return b - a; }
};

struct Comparison {
  std::vector<Change> totals;         ///< wall time first
  std::vector<Change> processes;      ///< time by process and cause, the largest change first
  std::vector<Change> critical_path;  ///< by kind and who, the largest change first; empty unless both have one
  std::vector<std::string> notes;     ///< what makes the comparison shaky; what one side only has
  bool same = false;                  ///< nothing changed by more than the threshold
};

/// Compares by `threshold`, a part of the longer wall time (0.01 = 1 %). Throws TraceError where no comparison makes
/// sense: a trace with a prediction, or programs that have no process in common.
Comparison compare_runs(const RunProfile& a, const RunProfile& b, double threshold);

}  // namespace simrec::analysis
