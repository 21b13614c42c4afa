// An Outcome as bytes, for its way from the simulating child to its parent on the same machine. Not a file format.
#pragma once

#include <span>
#include <string>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {

std::string encode(const Outcome& outcome);

/// Throws ReplayError if the bytes are not exactly one encoded outcome.
Outcome decode(std::span<const char> bytes);

}  // namespace simrec::replay
