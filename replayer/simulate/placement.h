// Which process runs on which host. Pure: knows names only.
#pragma once

#include <string>
#include <vector>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {

/// Host name by process index. `hosts`: the platform's, first = default for the root command. The last rule that
/// matches a process wins; one that no rule matches runs where its parent does.
/// Throws ReplayError: a rule that matches nothing, an unknown host, processes torn apart that share memory.
std::vector<std::string> place(const Program& program, const std::vector<PlaceRule>& rules,
                               const std::vector<std::string>& hosts);

/// Factor of the computing time by process index. Throws ReplayError for a rule that matches nothing.
std::vector<double> cpu_time_factors(const Program& program, const std::vector<CpuRule>& rules);

}  // namespace simrec::replay
