#include "replayer/compile/fiber_writer.h"

namespace simrec::replay::causal {

std::uint32_t add_fiber(Program& program, std::uint32_t loop, const std::shared_ptr<ScratchSpace>& space) {
  const ProgramThread& thread = program.threads[loop];
  ProgramThread fiber;
  fiber.ops = ScratchSequence<Op>(space);
  fiber.origins = ScratchSequence<OpOrigin>(space);
  fiber.process = thread.process;
  fiber.tid = thread.tid;
  fiber.spawned = true;
  fiber.start_ns = thread.start_ns;
  fiber.loop_plus_one = loop + 1;
  program.threads.push_back(std::move(fiber));
  return static_cast<std::uint32_t>(program.threads.size() - 1);
}

void FiberWriter::keep(std::uint32_t index) {
  const auto here = static_cast<std::uint32_t>(main_.size());
  add_origin(main_origins_, here, origin_.of(index));
  main_.push_back(ops_[index]);
  for (const auto& [sleep, goal] : open_sleeps_)
    if (goal == index) main_[sleep].target = here - sleep;
  std::erase_if(open_sleeps_, [index](const OpenSleep& s) { return s.goal == index; });
  if (ops_[index].kind == OpKind::sleep && (ops_[index].flags & kInterruptible)) {
    const std::uint32_t goal = index + ops_[index].target;
    open_sleeps_.push_back({here, goal});
    pinned_.insert(std::ranges::upper_bound(pinned_, goal), goal);
  }
}

std::uint32_t FiberWriter::write(const Region& region, std::span<const SourceKey> sources) {
  const auto first_fiber = static_cast<std::uint32_t>(program_.threads.size());
  const std::uint32_t first_done = program_.tokens;
  program_.tokens += static_cast<std::uint32_t>(sources.size());
  for (std::size_t i = 0; i < sources.size(); ++i) add_fiber(program_, thread_, ops_.space());
  for (const Handler& h : region.handlers) {
    const auto index = static_cast<std::uint32_t>(std::ranges::lower_bound(sources, h.source) - sources.begin());
    write(h, region, program_.threads[first_fiber + index]);
  }
  for (std::uint32_t i = 0; i < sources.size(); ++i) {
    ScratchSequence<Op>& ops = program_.threads[first_fiber + i].ops;
    ops.push_back({OpKind::signal, Cause::none, 0, first_done + i, 0});
    ops.push_back({OpKind::exit, Cause::none, 0, 0, 0});
    main_.push_back({OpKind::spawn, Cause::none, 0, first_fiber + i, 0});
  }
  for (std::uint32_t i = 0; i < sources.size(); ++i)
    main_.push_back({OpKind::wait, Cause::sync, kTurn, first_done + i, 0});
  has_fibers_ = true;
  return first_fiber;
}

void FiberWriter::write(const Handler& handler, const Region& region, ProgramThread& fiber) {
  ScratchSequence<Op>& ops = fiber.ops;
  for (std::uint32_t i = 0; i < handler.awaited; ++i)
    ops.push_back({OpKind::wait, Cause::sync, kTurn, region.awaited[handler.first_awaited + i], 0});
  std::uint32_t act = handler.first;  // what it computes before that comes from there, too
  while (act + 1 < handler.end && ops_[act].kind == OpKind::compute) ++act;
  add_origin(fiber.origins, static_cast<std::uint32_t>(ops.size()), origin_.of(act));
  const std::size_t head = ops.size();
  bool queues = pooled_;  // for the connection that comes next
  for (std::uint32_t i = handler.first; i < handler.end; ++i) {
    queues = queues && !transfers(ops_[i]);
    if (ops_[i].kind == OpKind::sleep || is_chance(ops_[i], pooled_)) continue;
    ops.push_back(queues ? without_gate(ops_[i]) : ops_[i]);
  }
  ops[head].flags |= kTurn;
  if (handler.token_plus_one) ops.push_back({OpKind::signal, Cause::none, 0, handler.token_plus_one - 1, 0});
}

}  // namespace simrec::replay::causal
