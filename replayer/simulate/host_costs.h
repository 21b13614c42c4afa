// What a host adds to waits: wake-up of a blocked thread, caches that others used meanwhile, lateness of timers.
#pragma once

#include <functional>
#include <string>

#include "replayer/program/program.h"

namespace simrec::replay {

struct HostCosts {
  double wake_up_s = 0;      ///< from the release of a blocked thread until it runs
  double timer_slack_s = 0;  ///< how late a sleep ends
  double cold_s = 0;         ///< how much longer it computes after a wait of kColdAfter_s
  double cold_long_s = 0;    ///< the same after kColdLongAfter_s; not less than cold_s
};

/// The host's property of that name; nullptr = it has none.
using HostProperty = std::function<const char*(const char* name)>;

/// The recording host's calibrated costs, unless the platform host's properties `wakeup_ns`, `timer_slack_ns`,
/// `cold_ns` and `cold_40ms_ns` say otherwise; `cold_ns` alone says that caches get no colder than that. Throws
/// ReplayError for a property that is no number.
HostCosts host_costs(const Program& program, const std::string& host, const HostProperty& property);

/// Does the op's sleep end by a timer that is late by the slack? Recorded waits (kWoke, or for another cause than
/// sleeping) already contain their lateness.
bool has_timer_slack(const Op& op);

/// Caches are lost to others in even steps until the first of these, in other even steps until the second (on some
/// machines nothing more is lost then, on others most of it is), and not after it: measured by tests/bench/cold.
inline constexpr double kColdAfter_s = 5e-3, kColdLongAfter_s = 40e-3;

/// What the thread pays before it runs again, released at `now` from a wait that began at `since`: nothing if both are
/// one instant (it had not gone to sleep yet; which of two things in one instant came first must not matter).
/// remote = for another host: such waits are longer than they were while recording, so what the thread does next
/// takes longer than it did then, too. Others have what they lost to caches in their recorded bursts.
/// Who waited by polling (kPolls) has not slept.
double wake_up_cost_s(const HostCosts& costs, const Op& op, double since, double now, bool remote);

}  // namespace simrec::replay
