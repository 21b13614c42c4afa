// How long the recorded run would have taken without the recorder.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// Walks the critical path of the recording backwards from the end of the root command and removes what
/// interception added along it. At a call that really waited, the path goes on at the call that released
/// it; what its own thread's tracing cost meanwhile is not on the path. Along a thread each intercepted
/// call gives back the ledger's wall cost, but never more than the wall time that its CPU time, its
/// waiting for a core and its genuine wait leave unexplained.
Ns native_estimate(const Context& c, Ns recorded);

}  // namespace simrec::replay::causal
