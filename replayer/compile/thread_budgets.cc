#include "replayer/compile/thread_budgets.h"

#include <algorithm>
#include <map>

namespace simrec::replay::causal {

ThreadBudget budget_of(const Program& program, std::uint32_t thread, Ns end) {
  const ProgramThread& t = program.threads[thread];
  ThreadBudget budget{t.process, 0, t.start_ns, end};
  bool asked = false;
  for (const Op& op : t.ops) {
    if (op.kind != OpKind::send && op.kind != OpKind::recv) continue;
    const std::uint32_t connection_plus_one = program.streams[op.target].connection_plus_one;
    if (!connection_plus_one) continue;
    const std::uint32_t client = program.connections[connection_plus_one - 1].client_thread;
    if (program.threads[client].process != t.process) return {};
    budget.exchanges += asked && op.kind == OpKind::recv ? 1 : 0;
    asked = op.kind == OpKind::send;
  }
  return budget;
}

void note_thread_budgets(const std::vector<ThreadBudget>& budgets, Dealt& dealt) {
  std::map<std::uint32_t, std::vector<ThreadBudget>> by_process;
  for (const ThreadBudget& budget : budgets)
    if (budget.exchanges >= kFewestExchanges) by_process[budget.process].push_back(budget);
  for (const auto& [process, threads] : by_process) {
    const auto [least, most] = std::ranges::minmax(threads, {}, &ThreadBudget::exchanges);
    const auto [first, last] = std::ranges::minmax(threads, {}, &ThreadBudget::end);
    const WorkEnds ends{last.end - first.end, last.end - last.begin, least.end <= most.end};
    if (least.exchanges == most.exchanges || !less_apart_than(ends, least.exchanges, most.exchanges)) continue;
    std::uint64_t total = 0;
    for (const ThreadBudget& t : threads) total += t.exchanges;
    note_kept(dealt, total, threads.size(), most.exchanges);
  }
}

}  // namespace simrec::replay::causal
