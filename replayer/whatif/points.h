// Many replays of one program, each with changes of its own, on all cores.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "replayer/simulate/simulate.h"
#include "replayer/whatif/platform_document.h"

namespace simrec::replay {

/// What all points have in common.
struct Bench {
  const Program& program;
  const PlatformDocument& platform;
  SimulateOptions options;
  std::size_t jobs = 1;                           ///< replays at a time
  std::function<void(double fraction)> progress;  ///< of a call of replay_points(); may be empty
  /// The program with functions that are faster or slower, in addition to what was asked for. Empty = the trace is
  /// not at hand, or has no samples.
  std::function<std::shared_ptr<const Program>(const std::vector<Change>&)> recompile;
};

using Point = std::vector<Change>;

/// Throws ReplayError if the changes cannot apply to the bench's platform and program, whatever their amounts.
void check_applies(const Bench& bench, const std::vector<Change>& changes);

/// Changes of processes as rules for the simulation.
std::vector<CpuRule> cpu_rules(const std::vector<Change>& changes);

/// The platform with those of the changes that are about platforms. Throws ReplayError.
PlatformDocument changed(const PlatformDocument& platform, const std::vector<Change>& changes);

/// A message about a platform file in memory (platform_file.h), with the platform's name instead of its path.
std::string with_platform_name(const std::string& message, const std::string& name);

/// Replays each point; results in the points' order, whatever the number of jobs. A point that cannot be replayed
/// has its reason. Throws ReplayError if no process can be started.
std::vector<Simulated> replay_points(const Bench& bench, const std::vector<Point>& points);

}  // namespace simrec::replay
