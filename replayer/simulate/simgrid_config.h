// Every SimGrid option that shapes a prediction, set explicitly, and what differs between SimGrid versions.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "replayer/simulate/simulate.h"

namespace simgrid::s4u {
class Activity;
}

namespace simrec::replay {

/// SimGrid's precision under the reference engine, in seconds. That engine's clock is SimGrid's, whose usual steps of 1
/// ns would decide what comes first where two things happen at once; the event engine's is a double. So it is much less
/// than an instant (kInstant_s), for both to see the same instants, and more than rounding does to times of short runs,
/// which is what the reference engine is for.
inline constexpr double kReferencePrecision_s = 1e-11;

struct SimgridOption {
  const char* setting;  ///< "key:value"
  const char* reason;
};

/// Our defaults with the reasons for them.
std::span<const SimgridOption> simgrid_defaults();

/// Applies the defaults for the engine, then `more` ("key:value" each). Throws ReplayError for an option SimGrid
/// refuses. Needs an Engine, before the platform is loaded.
void configure_simgrid(EngineKind engine, const std::vector<std::string>& more);

/// "3.32.0" of the library we run with.
std::string simgrid_version();

/// Calls back when a communication or disk access that was started outside of any actor ends.
void on_activity_end(const std::function<void(const simgrid::s4u::Activity&)>& callback);

}  // namespace simrec::replay
