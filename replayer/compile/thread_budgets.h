// Threads of a client that share work: each takes the next request when it has its answer (sysbench, load generators
// with a thread per connection). How many each got while recording was chance, and is kept: who got most ends last
// wherever answers take longer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "replayer/compile/shared_work.h"

namespace simrec::replay::causal {

/// What one thread did with the connections that its process made.
struct ThreadBudget {
  std::uint32_t process = 0;
  std::uint64_t exchanges = 0;  ///< requests that it had an answer to
  Ns begin = 0, end = 0;        ///< of the thread, and of its last answer, while recording
};

/// Notes exchanges of threads that shared work: who ended together though their numbers differ, which they would not
/// have with numbers of their own.
inline void note_thread_budgets(const std::vector<ThreadBudget>& budgets, Dealt& dealt) {
  constexpr std::uint64_t kFewest = 8;
  constexpr double kLessApart = 2.0 / 3;  // as for connections, see shared_work.cc
  std::map<std::uint32_t, std::vector<ThreadBudget>> by_process;
  for (const ThreadBudget& budget : budgets)
    if (budget.exchanges >= kFewest) by_process[budget.process].push_back(budget);
  for (const auto& [process, threads] : by_process) {
    const auto [least, most] = std::ranges::minmax(threads, {}, &ThreadBudget::exchanges);
    const auto [first, last] = std::ranges::minmax(threads, {}, &ThreadBudget::end);
    const auto differ = static_cast<double>(most.exchanges - least.exchanges) / static_cast<double>(most.exchanges);
    const auto apart = static_cast<double>(last.end - first.end);
    if (differ == 0 || apart > kLessApart * differ * static_cast<double>(last.end - last.begin)) continue;
    std::uint64_t total = 0;
    for (const ThreadBudget& t : threads) total += t.exchanges;
    dealt.kept += total;
    const double even = static_cast<double>(total) / static_cast<double>(threads.size());
    dealt.kept_share = std::max(dealt.kept_share, static_cast<double>(most.exchanges) / even - 1);
  }
}

}  // namespace simrec::replay::causal
