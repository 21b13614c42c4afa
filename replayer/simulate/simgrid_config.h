// Every SimGrid option that shapes a prediction, set explicitly, and what differs between SimGrid versions.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace simgrid::s4u {
class Activity;
}

namespace simrec::replay {

struct SimgridOption {
  const char* setting;  ///< "key:value"
  const char* reason;
};

/// Our defaults with the reasons for them.
std::span<const SimgridOption> simgrid_defaults();

/// Applies the defaults, then `more` ("key:value" each). Throws ReplayError for an option SimGrid refuses.
/// Needs an Engine, before the platform is loaded.
void configure_simgrid(const std::vector<std::string>& more);

/// "3.32.0" of the library we run with.
std::string simgrid_version();

/// Calls back when a communication or disk access that was started outside of any actor ends.
void on_activity_end(const std::function<void(const simgrid::s4u::Activity&)>& callback);

}  // namespace simrec::replay
