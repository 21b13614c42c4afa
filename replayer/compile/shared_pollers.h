// Takes the chance out of processes whose threads take up whatever is ready: they all wait with one epoll instance (Go,
// Tokio), or a server's connections pass from thread to thread (Apache's event MPM). Which thread served a connection
// was chance; what was done for the connection, one after the other, was not.
//
// From the time when that has shown (a second thread polls the instance; connections have passed on a few times), the
// transfers of each connection, whoever made them, and what came after each become a strand: a fiber of the process, in
// the recorded order. The threads' own waits for each other end no strand, and no strand waits for them: they were out
// of work. A thread goes on with what is not a strand's after what it did for strands. A send belongs to its own strand
// if that has received something which is not answered yet; else to the strand that its thread received for last,
// unless that one has been answered (a proxy). On a connection to which a thread mostly sends right after it has
// received from another one, it is the other way round (a broker; relays.h). A send after a sleep comes after it.
// (Whether it would also have come before the answer to the one before, had that taken longer, the trace does not tell:
// such sends are counted.)
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "replayer/compile/event_loops.h"
#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// A thread's transfer on a connection.
struct Visit {
  std::uint32_t op = 0;
  std::uint32_t order = 0;  ///< among all of the program
  Ns at_ns = 0;             ///< while recording
};

/// Visits of one thread, ascending.
using Visits = ScratchSequence<Visit>;

/// Makes strands of the threads that have visits (by thread; may be shorter), unless one connection has nearly all that
/// their process transfers: then there is no order to relax, and what its threads do for it need not come one after the
/// other (gRPC). Regions are counted from `split.regions`. Returns the threads.
std::vector<std::uint32_t> weave_strands(Program& program, std::span<const Visits> visits, SplitLoops& split);

}  // namespace simrec::replay::causal
