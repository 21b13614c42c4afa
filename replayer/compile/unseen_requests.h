// Threads that hand over work in memory and spin, or find it before they sleep, make no call by which the trace could
// show who waits for whom (Redis' io-threads: one thread reads the requests, others write the answers). What the trace
// does show is that an answer cannot leave before its request has come.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// A call begins to send. On a connection that carries requests and answers in turn, what another thread of the process
/// has received and nobody has answered yet is waited for first, if the thread has neither waited nor begun since then,
/// so that nothing else tells it of the request. If that is usual the process shares connections, and its strands tell
/// (shared_pollers.h). Threads that poll are told by their polls.
void await_unseen_request(Context& c, Call& call, std::uint32_t channel);

}  // namespace simrec::replay::causal
