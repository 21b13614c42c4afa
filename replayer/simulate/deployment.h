// SimGrid deployment files as placement rules.
#pragma once

#include <string>
#include <vector>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {

/// <actor host="H" function="PATTERN"/> (or <process …>) puts the processes that PATTERN matches on H; arguments and
/// times are ignored. Throws ReplayError if the file is missing, no XML, no deployment or empty.
std::vector<PlaceRule> read_deployment(const std::string& file);

}  // namespace simrec::replay
