// The recording host's fingerprint, for JSON that tells of a trace.
#pragma once

#include <nlohmann/json.hpp>

#include "trace-format/model.h"

namespace simrec::analysis {

/// An object with a key per field of HostInfo.
nlohmann::ordered_json host_json(const HostInfo& host);

}  // namespace simrec::analysis
