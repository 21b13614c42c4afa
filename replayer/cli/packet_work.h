// What packets of a real link cost a kernel (interrupts, drivers, waking the receiver), and those of loopback do not.
// It depends on cards and kernels that a trace knows nothing of: a doubt, not a term of the model.
#pragma once

#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"

namespace simrec::replay {

/// Per message whose receiver slept: predictions for hosts that are 0.4 ms apart (tests/validation) are too short by 12
/// to 40 us for each of those, most by about 20.
inline constexpr Ns kWakingPacket_ns = 20'000;
/// Per transfer and side where nobody sleeps (redis_c16 there: 1.8 us).
inline constexpr Ns kBusyPacket_ns = 2'000;

/// Adds these wherever a thread computes next after it sent to, or received from, another host of the outcome.
void add_packet_work(Program& program, const Outcome& outcome);

}  // namespace simrec::replay
