#include "replayer/program/op_store.h"

#include <utility>

namespace simrec::replay {

std::uint64_t operations(const Program& program) {
  std::uint64_t total = 0;
  for (std::uint32_t t = 0; t < program.threads.size(); ++t)
    total += program.stored ? program.stored->size(t) : program.threads[t].ops.size();
  return total;
}

Program in_memory(const Program& program) {
  Program whole = program;
  const std::shared_ptr<OpStore> stored = std::exchange(whole.stored, nullptr);
  if (!stored) return whole;
  std::vector<Op> ops;
  std::vector<OpOrigin> origins;
  for (std::uint32_t t = 0; t < whole.threads.size(); ++t) {
    ProgramThread& thread = whole.threads[t];
    const std::uint32_t size = stored->size(t);
    while (thread.ops.size() < size) {
      stored->load(t, static_cast<std::uint32_t>(thread.ops.size()), ops, &origins);
      thread.ops.append(ops);
      thread.origins.append(origins);
    }
  }
  return whole;
}

OpWindows::OpWindows(const Program& program)
    : program_(program), windows_(program.stored ? program.threads.size() : 0) {}

std::span<const Op> OpWindows::from(std::uint32_t thread, std::uint32_t first) {
  if (!program_.stored) return program_.threads[thread].ops.run(first);
  Window& window = windows_[thread];
  if (!window.holds(first)) window.first = program_.stored->load(thread, first, window.ops, nullptr);
  return std::span<const Op>(window.ops).subspan(first - window.first);
}

Op OpWindows::at(std::uint32_t thread, std::uint32_t index) {
  if (!program_.stored) return program_.threads[thread].ops[index];
  const Window& window = windows_[thread];
  if (window.holds(index)) return window.ops[index - window.first];
  if (ahead_thread_ != thread || !ahead_.holds(index)) {
    ahead_.first = program_.stored->load(thread, index, ahead_.ops, nullptr);
    ahead_thread_ = thread;
  }
  return ahead_.ops[index - ahead_.first];
}

void OpWindows::close(std::uint32_t thread) {
  if (program_.stored) windows_[thread] = {};
}

}  // namespace simrec::replay
