// Runs a function under the recorder's own interception, for calibration.
#pragma once

#include "recorder/calibrate.h"

namespace simrec::record {

/// See RecordChild. Arguments of the returned events are empty.
std::vector<Event> record_child(const std::function<void()>& child_body, Placement placement);

}  // namespace simrec::record
