// simrec's command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace-format/ids.h"

namespace simrec::record {

struct Options {
  bool doctor = false;
  std::string output = "trace.capnp";
  bool no_clobber = false;
  bool stacks = false;
  unsigned sample_hz = 0;  ///< 0 = no samples
  bool all_syscalls = false;
  bool allow_io_uring = false;
  bool fast = true;             ///< tier 2 where possible
  unsigned fast_after = 12;     ///< calls of a process before it gets tier 2
  bool one_core = false;        ///< simrec and the whole program share one core
  bool trace_time = false;      ///< record clock_gettime and the like, which programs otherwise call without the kernel
  std::vector<int> attach;      ///< processes to attach to, instead of a command
  Ns duration_ns = 0;           ///< 0 = no bound
  std::uint64_t max_bytes = 0;  ///< 0 = no bound
  bool quiet = false;
  bool verbose = false;
  std::vector<std::string> command;
};

/// Parses the command line. When simrec is to end at once (--help, --version, a mistake), prints and returns
/// nullopt with the exit status in `exit_status`: 0, or 125 as env(1) does.
std::optional<Options> parse_options(int argc, char** argv, int& exit_status);

/// Options that shaped the trace, as typed, for its header.
std::vector<std::string> shaping_options(const Options& options);

}  // namespace simrec::record
