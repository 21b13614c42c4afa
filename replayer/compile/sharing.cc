#include "replayer/compile/sharing.h"

#include <numeric>

namespace simrec::replay::causal {

Sharing::Sharing(std::size_t processes)
    : parent_(processes), reason_(processes, nullptr), anonymous_(processes), forked_from_plus_one_(processes, 0) {
  std::iota(parent_.begin(), parent_.end(), 0U);
}

std::uint32_t Sharing::root(std::uint32_t process) {
  while (parent_[process] != process) process = parent_[process] = parent_[parent_[process]];
  return process;
}

void Sharing::together(std::uint32_t a, std::uint32_t b, const char* reason) {
  const std::uint32_t ra = root(a), rb = root(b);
  if (ra == rb) return;
  parent_[std::max(ra, rb)] = std::min(ra, rb);
  for (std::uint32_t r : {ra, rb})
    if (!reason_[r]) reason_[r] = reason;
}

void Sharing::uses(std::uint32_t process, std::uint64_t thing, const char* reason) {
  auto [it, first] = first_user_.try_emplace(thing, process);
  if (!first) together(it->second, process, reason);
}

void Sharing::forked(std::uint32_t parent, std::uint32_t child) {
  if (!anonymous_[parent]) return;
  anonymous_[child] = true;
  forked_from_plus_one_[child] = parent + 1;
}

void Sharing::execed(std::uint32_t process) {
  anonymous_[process] = false;
  forked_from_plus_one_[process] = 0;
}

void Sharing::finish(Program& program) {
  for (std::uint32_t p = 0; p < parent_.size(); ++p)
    if (forked_from_plus_one_[p])
      together(forked_from_plus_one_[p] - 1, p, "they share anonymous memory (mmap MAP_SHARED, then fork)");
  std::vector<std::uint32_t> size(parent_.size(), 0);
  for (std::uint32_t p = 0; p < parent_.size(); ++p) ++size[root(p)];
  for (std::uint32_t p = 0; p < parent_.size(); ++p) {
    const std::uint32_t r = root(p);
    program.processes[p].sharing_group = r;
    if (size[r] > 1 && reason_[r]) program.processes[p].sharing_reason = reason_[r];
  }
}

}  // namespace simrec::replay::causal
