// Runs a function under the recorder's own interception, for calibration.
#pragma once

#include "recorder/calibrate.h"

namespace simrec::record {

/// See RecordChild: by stops only. Arguments of the returned events are empty.
std::vector<Event> record_child(const std::function<void()>& child_body, Placement placement);

/// The same with tier 2 from the first call on, where that is possible.
std::vector<Event> record_child_fast(const std::function<void()>& child_body, Placement placement);

}  // namespace simrec::record
