// Turns a trace into a causal program (DESIGN: the causal program). Needs no platform and no SimGrid.
#pragma once

#include "replayer/program/program.h"
#include "trace-format/trace_reader.h"

namespace simrec::replay {

struct CompileOptions {
  /// A call on a regular file that waited at least this long without CPU went to the device.
  Ns disk_wait_threshold_ns = 50'000;
};

/// Compiles a trace, cut ones included (with a warning in the program). Throws TraceError when the trace
/// holds no thread at all.
Program compile(const Trace& trace, const CompileOptions& options = {});

}  // namespace simrec::replay
