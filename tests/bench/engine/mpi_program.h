// An MPI pattern as causal program and as SMPI's time-independent actions.
#pragma once

#include <string>

#include "replayer/program/program.h"
#include "tests/bench/engine/mpi_patterns.h"

namespace simrec::bench {

/// CPU speed that one nanosecond of a pattern's computing stands for, flop/s.
inline constexpr double kRecordedSpeed = 1e9;

/// Each rank a process "rank-N" of one thread; each pair that talks a TCP stream without limit, as eager MPI
/// messages have none.
replay::Program mpi_program(const Pattern& pattern);

/// Writes "actions-N" per rank and "index", which names them, into `folder`. Throws std::runtime_error.
void write_actions(const Pattern& pattern, const std::string& folder);

}  // namespace simrec::bench
