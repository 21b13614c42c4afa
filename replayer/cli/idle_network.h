// A placement that leaves the network unused is nearly always a mistake.
#pragma once

#include <optional>
#include <string>

#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"

namespace simrec::replay {

/// Are the stream's ends on different hosts?
bool leads_elsewhere(const Stream& stream, const Program& program, const Outcome& outcome);

/// What to tell if the program's processes run on several hosts and use network connections, none of which leads from
/// one host to another.
std::optional<std::string> idle_network_warning(const Program& program, const Outcome& outcome);

}  // namespace simrec::replay
