// Turns a trace into a causal program (DESIGN: the causal program). Needs no platform and no SimGrid.
#pragma once

#include "replayer/compile/function_speeds.h"
#include "replayer/program/program.h"
#include "trace-format/trace_reader.h"

namespace simrec::replay {

/// In which order an event loop serves its sources.
enum class Order : std::uint8_t {
  arrival,   ///< in that in which they become ready on the platform
  recorded,  ///< as while recording
};

/// What a busy wait costs: a loop of polls without timeout, EAGAINs or sched_yields.
enum class Spins : std::uint8_t {
  folded,    ///< one iteration: how many there were was chance
  unfolded,  ///< as many iterations as recorded
  free,      ///< nothing, and no call that found nothing (EAGAIN) costs anything
};

struct CompileOptions {
  Order order = Order::arrival;
  Spins spins = Spins::folded;
  std::vector<FunctionSpeed> functions;  ///< changed; needs call stacks in the trace
  /// A call on a regular file that waited at least this long without CPU went to the device.
  Ns disk_wait_threshold_ns = 50'000;
  /// So much of the program is in memory while it is compiled and as long as it lives; the rest in a temporary file.
  std::size_t memory_bytes = ScratchSpace::kMemoryBytes;
};

/// Compiles a trace, cut ones included (with a warning in the program). Throws TraceError when the trace
/// holds no thread at all, or there is no room for temporary files.
Program compile(const Trace& trace, const CompileOptions& options = {});

}  // namespace simrec::replay
