// simrec's command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace simrec::record {

struct Options {
  bool doctor = false;
  std::string output = "trace.capnp";
  bool no_clobber = false;
  bool stacks = false;
  unsigned sample_hz = 0;  ///< 0 = no samples
  bool all_syscalls = false;
  bool one_core = false;  ///< simrec and the whole program share one core
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
