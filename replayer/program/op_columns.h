// Ops as the columns of a program file (program.capnp, struct ProgramOps).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "replayer/program/program.h"
#include "trace-format/compiled_blocks.h"

namespace simrec::replay {

/// Largest value of an op (three months in ns, 9 PB): no sum of them overflows in practice.
inline constexpr std::int64_t kLargestValue = 1LL << 53;

/// What ops of a program may name.
struct TargetLimits {
  /// Number of targets by op kind; SIZE_MAX = its target names nothing in a table.
  std::array<std::size_t, static_cast<std::size_t>(OpKind::exit) + 1> targets{};
  std::size_t gates = 0;
};
TargetLimits target_limits(const Program& program);
/// What makes a sleep one that no executor could stand; nullptr = nothing, or no sleep. `ops_left`: ops of its thread
/// from it on.
const char* fault_of_sleep(const Op& op, std::size_t ops_left, std::size_t streams);

/// Codes consecutive ops of a thread.
class OpEncoder {
 public:
  /// `origins`: those of the whole thread. The columns are valid until the next call.
  CompiledOps encode(std::uint32_t thread, std::uint32_t first_op, std::span<const Op> ops,
                     std::span<const OpOrigin> origins);

 private:
  void clear();
  std::vector<std::uint8_t> what_, flags_, target_, value_, origin_op_, origin_kind_, origin_fd_;
};

/// Decodes a piece into `ops`, and its origins if wanted. `thread_ops`: how many ops the thread has; `limits`: what ops
/// may name. Throws FormatError for whatever no executor could stand.
void decode(const CompiledOps& piece, std::uint32_t thread_ops, const TargetLimits& limits, std::vector<Op>& ops,
            std::vector<OpOrigin>* origins);

}  // namespace simrec::replay
