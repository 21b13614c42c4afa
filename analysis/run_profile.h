// What `simtrace compare` compares: where a recorded or a predicted run spent its time, in the same words for both.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/file_kind.h"
#include "analysis/wait_cause.h"
#include "trace-format/path_shares.h"

namespace simrec::analysis {

enum class Unit : unsigned char { time, bytes, count };

/// A number of the whole run; times in nanoseconds.
struct RunTotal {
  std::string name;
  Unit unit = Unit::count;
  std::int64_t value = 0;
};

struct RunProcess {
  std::string name;
  TimeByCause time{};  ///< summed over threads
};

struct RunProfile {
  FileKind kind = FileKind::trace;
  std::string path;        ///< as given
  std::string program;     ///< command line of the recorded command; "" if the file does not say
  std::string source;      ///< of a trace the host, of a prediction "TRACE on PLATFORM"
  std::string incomplete;  ///< "" for a whole trace
  Ns wall_ns = 0;          ///< of the root command
  TimeByCause time{};      ///< of all processes
  std::vector<RunTotal> totals;
  std::vector<RunProcess> processes;                    ///< in the order they were made
  std::optional<std::vector<PathShare>> critical_path;  ///< by kind and who; of predictions that hold one
};

/// Reads a trace or a prediction. Throws TraceError.
RunProfile load_run(const std::string& path);

}  // namespace simrec::analysis
