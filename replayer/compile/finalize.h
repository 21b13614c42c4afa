// Last pass: removes ops whose other side is not in the trace, renumbers, fills in names and totals.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// Turns what was collected into the program. The context's emitters are empty afterwards.
void finalize(Context& c);

}  // namespace simrec::replay::causal
