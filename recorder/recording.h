// One recording from start to end: calibrate, launch, trace, finish, report.
#pragma once

#include "recorder/options.h"

namespace simrec::record {

/// Records options.command, or what options.attach names. Returns simrec's exit status; does not return when a signal
/// ended the program (simrec then ends by the same signal). Throws LaunchError and TraceError before the program
/// started.
int record(const Options& options);

}  // namespace simrec::record
