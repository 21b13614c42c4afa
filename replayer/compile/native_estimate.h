// How long the recorded run would have taken without the recorder.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// Walks the critical path of the recording backwards from the end of the root command and removes the wall
/// time along it that only interception explains.
///  - At a call that waited for another thread, the path goes on at the call that released it. Of the time
///    between the two, the releasing call's CPU, half the waiting call's CPU and one wake-up are the program's.
///  - A genuine wait (sleep, timer, device, peer outside the trace) gives back at most the ledger's wall cost.
///  - Any other call: all time in it that is neither CPU nor waiting for a core, unless that is longer than
///    interception takes (then it waited, for something that the trace does not show); before it, at most the
///    ledger's wall cost as a whole and, of what is left, what the recorder took.
///  - Time spent runnable, waiting for a core, was caused by the program's own threads or by the recorder. The
///    recorder's part is at most the CPU time that it used meanwhile: see RecorderLoad.
struct NativeEstimate {
  Ns wall_ns = 0;
  /// Of it: time on the recorded critical path in which a thread had lost its core without having to wait for anything,
  /// as far as the fast path shows that.
  Ns crowded_ns = 0;
};

NativeEstimate native_estimate(const Context& c, Ns recorded);

}  // namespace simrec::replay::causal
