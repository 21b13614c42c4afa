// Threads of a client that share work: each takes the next request when it has its answer (sysbench, load generators
// with a thread per connection). How many each got while recording was chance, and is kept: who got most ends last
// wherever answers take longer.
#pragma once

#include <cstdint>
#include <vector>

#include "replayer/compile/shared_work.h"

namespace simrec::replay::causal {

/// What one thread did with the connections that its process made.
struct ThreadBudget {
  std::uint32_t process = 0;
  std::uint64_t exchanges = 0;  ///< requests that it had an answer to
  Ns begin = 0, end = 0;        ///< of the thread, and of its last answer, while recording
};

/// Of a thread of `program` whose last answer came at `end`. One that serves has none.
ThreadBudget budget_of(const Program& program, std::uint32_t thread, Ns end);

/// Notes exchanges of threads that shared work: who ended together though their numbers differ, which they would not
/// have with numbers of their own.
void note_thread_budgets(const std::vector<ThreadBudget>& budgets, Dealt& dealt);

}  // namespace simrec::replay::causal
