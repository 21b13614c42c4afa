// MPI programs as lists of steps, from which both SMPI's actions and our causal programs are made: the same messages
// on both sides of the comparison.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace simrec::bench {

enum class StepKind : std::uint8_t { compute, send, recv, isend, irecv, wait_all };

/// One call of an MPI process. wait_all completes everything that was started since the last one.
struct Step {
  StepKind kind;
  std::uint32_t peer = 0;   ///< rank
  std::int64_t amount = 0;  ///< bytes, or CPU ns of compute
};

/// True for what the comparison counts: sends and receives.
inline bool is_point_to_point(const Step& step) {
  return step.kind != StepKind::compute && step.kind != StepKind::wait_all;
}

struct Pattern {
  std::string name;
  std::uint32_t ranks = 0;
  std::uint32_t rounds = 0;
  /// Steps of one round of one rank.
  std::function<std::vector<Step>(std::uint32_t rank)> round;
};

/// "ring" (one message to the next), "stencil" (five-point, torus, non-blocking), "alltoall" (everybody to everybody,
/// non-blocking). Throws std::invalid_argument for other names or a rank count the pattern cannot have.
Pattern mpi_pattern(const std::string& name, std::uint32_t ranks, std::uint32_t rounds);

}  // namespace simrec::bench
