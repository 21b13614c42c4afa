// The command line of simreplay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replayer/cli/usage_error.h"
#include "replayer/cli/what_if_options.h"
#include "replayer/compile/compile.h"
#include "replayer/simulate/simulate.h"

namespace simrec::replay {

struct Options {
  std::string trace_path;                 ///< or a saved program
  std::vector<std::string> other_traces;  ///< further recordings of the same experiment
  std::string platform_path;              ///< "" = the twin of the recording host
  std::vector<PlaceRule> placement;
  std::string deployment_path;
  double host_speed_flops = 0;  ///< 0 = as recorded
  EngineKind engine = EngineKind::event;
  std::optional<Order> order;  ///< nullopt = not asked for: arrival, or as a saved program was compiled
  NetworkModel model;
  WhatIf what_if;
  std::vector<std::string> simgrid_config;
  std::string output_path;        ///< prediction file, "-" = stdout, "" = none
  std::string save_program_path;  ///< write the compiled program there instead of simulating it; "" = no
  bool timeline = false;
  std::size_t path_steps = 0;  ///< SimulateOptions::path_steps of the prediction itself
  bool json = false;
  bool closure = true;
  bool validity = true;  ///< measure what the trace cannot tell
  bool dump_program = false;
  bool quiet = false;
  bool verbose = false;
  std::vector<std::string> shaping;  ///< the options that shape the prediction, as typed, for its record
};

/// Parses the command line; nullopt when it only asked for --help or --version (already printed).
/// Throws UsageError.
std::optional<Options> parse_options(int argc, const char* const* argv);

}  // namespace simrec::replay
