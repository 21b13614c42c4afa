// Threads among whom it was chance who served a connection: those that accept from one listener, one connection after
// the other (preforked servers, accept queues shared by threads), and those that take accepted connections from a
// queue of their process (thread pools). On another platform whoever is free serves whichever comes first.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "replayer/compile/event_loops.h"
#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// Who serves which connection, and with whom.
struct WorkerPools {
  std::vector<bool> one_at_a_time;           ///< by thread: it never waits for more than one descriptor at a time
  std::vector<std::uint32_t> pool_plus_one;  ///< by thread: index + 1 of the pool's first thread; 0 = in none
  std::vector<std::uint32_t>
      adopter_plus_one;         ///< by connection: the pool whose threads serve what another one accepted
  std::vector<bool> handed_on;  ///< by connection: served by others than the thread that accepted it
};

/// `listener` by connection, equal for those accepted from one socket; may be shorter (unknown).
WorkerPools find_worker_pools(const Program& program, std::span<const PolledSources> polled,
                              std::span<const std::uint32_t> listener);

}  // namespace simrec::replay::causal
