#include "tests/bench/engine/mpi_patterns.h"

#include <stdexcept>

namespace simrec::bench {
namespace {

constexpr std::int64_t kRingBytes = 1'000;
constexpr std::int64_t kHaloBytes = 8'000;
constexpr std::int64_t kBlockBytes = 4'000;

std::vector<Step> ring_round(std::uint32_t rank, std::uint32_t ranks) {
  const std::uint32_t next = (rank + 1) % ranks, previous = (rank + ranks - 1) % ranks;
  return {{StepKind::compute, 0, 10'000},
          {StepKind::isend, next, kRingBytes},
          {StepKind::recv, previous, kRingBytes},
          {StepKind::wait_all}};
}

/// Columns of the torus that is as square as possible.
std::uint32_t columns_of(std::uint32_t ranks) {
  std::uint32_t best = 1;
  for (std::uint32_t c = 1; c * c <= ranks; ++c)
    if (ranks % c == 0) best = c;
  return ranks / best;
}

std::vector<Step> stencil_round(std::uint32_t rank, std::uint32_t ranks) {
  const std::uint32_t columns = columns_of(ranks), rows = ranks / columns;
  const std::uint32_t x = rank % columns, y = rank / columns;
  const std::uint32_t neighbours[] = {y * columns + (x + 1) % columns, y * columns + (x + columns - 1) % columns,
                                      (y + 1) % rows * columns + x, (y + rows - 1) % rows * columns + x};
  std::vector<Step> steps;
  for (const std::uint32_t n : neighbours) steps.push_back({StepKind::irecv, n, kHaloBytes});
  for (const std::uint32_t n : neighbours) steps.push_back({StepKind::isend, n, kHaloBytes});
  steps.push_back({StepKind::wait_all});
  steps.push_back({StepKind::compute, 0, 100'000});
  return steps;
}

std::vector<Step> alltoall_round(std::uint32_t rank, std::uint32_t ranks) {
  std::vector<Step> steps;
  for (std::uint32_t i = 1; i < ranks; ++i) steps.push_back({StepKind::irecv, (rank + ranks - i) % ranks, kBlockBytes});
  for (std::uint32_t i = 1; i < ranks; ++i) steps.push_back({StepKind::isend, (rank + i) % ranks, kBlockBytes});
  steps.push_back({StepKind::wait_all});
  steps.push_back({StepKind::compute, 0, 100'000});
  return steps;
}

}  // namespace

Pattern mpi_pattern(const std::string& name, std::uint32_t ranks, std::uint32_t rounds) {
  if (ranks < 2) throw std::invalid_argument("an MPI pattern needs two ranks");
  const auto make = [&](auto round) {
    return Pattern{name, ranks, rounds, [=](std::uint32_t rank) { return round(rank, ranks); }};
  };
  if (name == "ring") return make(ring_round);
  if (name == "stencil") {
    if (columns_of(ranks) == ranks) throw std::invalid_argument("a stencil needs a rectangle of ranks");
    return make(stencil_round);
  }
  if (name == "alltoall") return make(alltoall_round);
  throw std::invalid_argument("no MPI pattern is called " + name);
}

}  // namespace simrec::bench
