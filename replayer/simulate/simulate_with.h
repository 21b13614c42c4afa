// simulate() with network effects switched off one by one: for tests and experiments, not for users.
#pragma once

#include "replayer/simulate/network_model.h"
#include "replayer/simulate/simulate.h"

namespace simrec::replay {

Outcome simulate_with(const NetworkModel& network, const Program& program, const std::string& platform_file,
                      const SimulateOptions& options);

}  // namespace simrec::replay
