// What a host's kernel adds to waits: wake-up of a blocked thread, lateness of timers.
#pragma once

#include <string>

#include "replayer/program/program.h"

namespace simrec::replay {

struct HostCosts {
  double wake_up_s = 0;      ///< from the release of a blocked thread until it runs
  double timer_slack_s = 0;  ///< how late a sleep ends
};

/// The recording host's calibrated costs, unless the platform host's properties `wakeup_ns` and `timer_slack_ns`
/// (their text; nullptr = not given) say otherwise. Throws ReplayError for a property that is no number.
HostCosts host_costs(const Program& program, const std::string& host, const char* wakeup_property,
                     const char* timer_slack_property);

/// Does the op's sleep end by a timer that is late by the slack? Recorded waits (kWoke, or for another cause than
/// sleeping) already contain their lateness.
bool has_timer_slack(const Op& op);

/// What the thread pays before it runs again, released at `now` from a wait that began at `since`: nothing if both are
/// one instant (it had not gone to sleep yet; which of two things in one instant came first must not matter).
double wake_up_cost_s(const HostCosts& costs, double since, double now);

}  // namespace simrec::replay
