// Waiting for a timer's next expiry.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// Emits the wait for the timer's first expiry not consumed yet; false if it is not armed.
bool wait_timer(Context& c, Call& call, Timer& timer, std::uint16_t flags = 0);

}  // namespace simrec::replay::causal
