// Proves that a causal program can be executed at all, before anybody simulates it.
#pragma once

#include <string>

#include "replayer/program/program.h"

namespace simrec::replay {

/// "" for a sound program; else one sentence for the user. Checks every index, that each thread ends with its
/// only exit, that streams carry as many bytes as are received, and runs the program on an abstract machine
/// without time (capacities apply): a standstill there is a standstill on every platform, and is explained.
/// Linear in the number of ops.
std::string check(const Program& program);

/// The part of it that looks at the tables only, not at ops.
std::string check_tables(const Program& program);

}  // namespace simrec::replay
