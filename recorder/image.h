// Reads from /proc what program a process runs. Never its environment.
#pragma once

#include <sys/types.h>

#include "recorder/trace_sink.h"

namespace simrec::record {

/// The image `pid` runs now; strings are interned in `sink`.
Image read_image(pid_t pid, ProcessId process, Ns start_ns, TraceSink& sink);

/// True for an executable of 32-bit code, whose calls are not recorded.
bool is_32_bit(pid_t pid);

}  // namespace simrec::record
