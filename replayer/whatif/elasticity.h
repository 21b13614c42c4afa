// How much the predicted time depends on each thing: every knob is turned a little and by a factor of two, and the
// program is replayed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "replayer/whatif/points.h"

namespace simrec::replay {

struct Effect {
  Knob knob;
  std::string what;  ///< for people: "process redis-server", "link wan: latency"
  /// d ln T / d ln speed, sign turned: 1 = the time falls in proportion, 0 = it does not matter. From 1.1x.
  std::optional<double> elasticity;
  Ns twice_as_fast_ns = 0;  ///< predicted time with twice the speed, cores or bandwidth, or half the latency
  std::string failure;      ///< why there is none
};

struct Effects {
  Ns baseline_ns = 0;
  std::vector<Effect> effects;       ///< those that help most first
  std::vector<std::string> remarks;  ///< what could not be looked at
};

/// `functions`: names to look at besides hosts, links, disks and processes. Throws ReplayError if the unchanged
/// program cannot be replayed.
Effects measure_effects(const Bench& bench, const std::vector<std::string>& functions);

}  // namespace simrec::replay
