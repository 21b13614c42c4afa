// The long parts of a prediction, timeline and critical path, as columns of bytes for the page of `simtrace report`
// (analysis/report/src/data.ts reads them).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace-format/prediction.h"

namespace simrec::analysis {

/// A thread that owns steps of the critical path.
struct PathOwner {
  std::int64_t pid = 0, tid = 0;
  auto operator<=>(const PathOwner&) const = default;
};

struct Column {
  std::string name;
  std::vector<std::uint8_t> bytes;
};

/// All intervals of all timelines, one timeline after the other: "durations" (varints, ns), "states" (a byte each),
/// "causes" (varints: 0 = none, else 1 + the position of the timeline of the thread that ended the wait; the last one
/// of several with its number).
std::vector<Column> timeline_columns(const std::vector<ThreadTimeline>& timelines);

/// The steps of the path: "path-durations" (varints, ns), "path-kinds" (a byte each), "path-owners" (varints: position
/// in `owners`, which this fills), "path-whats" (varints) and "path-waited" (varints, ns).
std::vector<Column> path_columns(const CriticalPath& path, std::vector<PathOwner>& owners);

}  // namespace simrec::analysis
