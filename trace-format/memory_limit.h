// How much memory reading a file may take.
#pragma once

#include <cstdint>

#include "trace-format/trace_reader.h"

namespace simrec {

/// limits.memory_bytes, or its default.
std::uint64_t memory_limit(const ReadLimits& limits);

}  // namespace simrec
