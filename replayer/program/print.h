// A causal program as text, one line per op: for developers and bug reports.
#pragma once

#include <iosfwd>

#include "replayer/program/program.h"

namespace simrec::replay {

/// Prints processes, streams, every thread's ops with their origin, counts and warnings.
void print(const Program& program, std::ostream& out);

}  // namespace simrec::replay
