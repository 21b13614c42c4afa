// The part of simreplay's command line that asks "what if".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replayer/simulate/simulate.h"
#include "replayer/whatif/axis.h"
#include "replayer/whatif/search.h"
#include "replayer/whatif/two_sites.h"

namespace CLI {
class App;
}

namespace simrec::replay {

struct WhatIf {
  std::vector<Change> changes;
  std::vector<PlaceRule> split;  ///< pattern and site
  Distance distance;
  bool has_distance = false;       ///< --rtt or --bandwidth was given
  std::string dump_platform_path;  ///< "-" = standard output, "" = none
  std::vector<Axis> sweep;
  std::optional<Target> target;
  bool sensitivity = false;
  std::size_t jobs = 0;  ///< 0 = one per core

  /// Many replays, and their answer instead of a prediction?
  bool is_study() const { return !sweep.empty() || target || sensitivity; }
  /// Does anything change a network?
  bool asks_for_network() const;
  /// Is the platform another one than the one given (or the twin)?
  bool makes_platform() const;
};

/// What CLI11 fills in before it is checked and converted.
struct RawWhatIf {
  std::vector<std::string> what_if, split, sweep;
  std::string rtt, bandwidth, target, by, dump_platform;
  bool sensitivity = false;
  std::size_t jobs = 0;
};

void declare_what_if(CLI::App& app, RawWhatIf& raw);

/// Throws UsageError or ReplayError.
WhatIf parse_what_if(const RawWhatIf& raw);

struct Options;
/// Throws UsageError if the what-ifs do not go with the other options.
void check_what_if(const Options& options);

/// As typed, for the record of a prediction.
std::vector<std::string> shaping_options(const RawWhatIf& raw);

}  // namespace simrec::replay
