// The smallest tracer that times bursts as tier 1 does (ptrace, seccomp filter, schedstat): a yardstick for the
// recorder's own loop, and the calibration's tests.
#pragma once

#include "recorder/calibrate.h"

namespace simrec::bench {

/// Runs `body` in a traced child; events of the calls that the calibration's known program makes. Placement::free pins
/// nobody.
std::vector<Event> record_child(const std::function<void()>& body, record::Placement placement);

}  // namespace simrec::bench
