#include "replayer/simulate/turns.h"

namespace simrec::replay {
namespace {

/// The thread whose loop the thread is in: the first one of its pool.
std::uint32_t leader_of(const Program& program, std::uint32_t thread) {
  const std::uint32_t worker = recorded_worker(program, thread);
  const std::uint32_t pool = program.threads[worker].pool_plus_one;
  return pool ? pool - 1 : worker;
}

void join(LoopPlan& plan, const Program& program, std::uint32_t thread) {
  std::uint32_t& loop = plan.loop[leader_of(program, thread)];
  if (loop == Turns::kNone) {
    loop = static_cast<std::uint32_t>(plan.turns.size());
    plan.turns.emplace_back();
  }
  plan.loop[thread] = loop;
  const bool fiber = program.threads[thread].loop_plus_one != 0;
  if (!fiber && plan.turn[thread] == Turns::kNone) plan.turn[thread] = plan.turns[loop].add(thread);
}

}  // namespace

LoopPlan plan_loops(const Program& program) {
  const std::size_t threads = program.threads.size();
  LoopPlan plan{{}, std::vector(threads, Turns::kNone), std::vector(threads, Turns::kNone)};
  for (std::uint32_t t = 0; t < threads; ++t) {
    if (!program.threads[t].loop_plus_one && !program.threads[t].pool_plus_one) continue;
    for (const std::uint32_t member : {leader_of(program, t), recorded_worker(program, t), t})
      join(plan, program, member);
  }
  return plan;
}

}  // namespace simrec::replay
