#include "replayer/program/op_columns.h"

#include <algorithm>

#include "trace-format/varint.h"

namespace simrec::replay {
namespace {

constexpr std::uint64_t kKindBits = 4;
constexpr auto kLastKind = static_cast<std::uint64_t>(OpKind::exit);
constexpr auto kLastCause = static_cast<std::uint64_t>(Cause::sleep);
constexpr std::uint64_t kAllFlags = kInterruptible | kNonblocking | kTurn | kWoke | kOutside | kExpired | kRefill |
                                    kLock | kYields | kNagle | kAfterAll | kLingers | kPolls | kUnlocked;

/// What values and targets are differences to: the same on both sides.
class History {
 public:
  std::uint32_t& target_of(OpKind kind) { return targets_[static_cast<std::size_t>(kind)]; }
  /// Position of the stream as the latest recv of it left it; 0 if it was forgotten.
  std::int64_t& received(std::uint32_t stream) {
    Slot& slot = slots_[stream % slots_.size()];
    if (slot.stream != stream) slot = {stream, 0};
    return slot.position;
  }

 private:
  struct Slot {
    std::uint32_t stream = UINT32_MAX;
    std::int64_t position = 0;
  };
  std::array<std::uint32_t, kLastKind + 1> targets_{};
  std::array<Slot, 64> slots_{};
};

std::span<const OpOrigin> origins_within(std::span<const OpOrigin> all, std::uint32_t first, std::size_t count) {
  const auto begin = std::ranges::lower_bound(all, first, {}, &OpOrigin::first_op);
  const auto end = std::ranges::lower_bound(all, first + count, {}, &OpOrigin::first_op);
  return {begin, end};
}

void refuse(std::uint32_t index, const char* what) {
  throw FormatError("op " + std::to_string(index) + " of its thread " + what);
}

void check(const Op& op, std::uint32_t index, std::uint32_t thread_ops, const TargetLimits& limits) {
  if (op.target >= limits.targets[static_cast<std::size_t>(op.kind)])
    refuse(index, "names a target that does not exist");
  if (op.value < 0 || op.value > kLargestValue) refuse(index, "has an impossible value");
  if (op.kind == OpKind::wait && static_cast<std::uint64_t>(op.value) > limits.gates)
    refuse(index, "names a gate that does not exist");
  if ((op.kind == OpKind::exit) != (index + 1 == thread_ops)) refuse(index, "is an exit before the end, or no exit");
  const std::size_t streams = limits.targets[static_cast<std::size_t>(OpKind::send)];
  if (const char* fault = fault_of_sleep(op, thread_ops - index, streams)) refuse(index, fault);
}

}  // namespace

const char* fault_of_sleep(const Op& op, std::size_t ops_left, std::size_t streams) {
  if (op.kind != OpKind::sleep) return nullptr;
  if ((op.flags & kInterruptible) && op.target >= ops_left) return "is interruptible by an op behind the thread's end";
  if ((op.flags & kNagle) && ((op.flags & kInterruptible) || op.target >= streams))
    return "waits for an acknowledgement of a stream that does not exist";
  return nullptr;
}

TargetLimits target_limits(const Program& program) {
  TargetLimits limits;
  limits.targets.fill(SIZE_MAX);
  limits.gates = program.gates.size();
  const auto set = [&](std::initializer_list<OpKind> kinds, std::size_t limit) {
    for (const OpKind kind : kinds) limits.targets[static_cast<std::size_t>(kind)] = limit;
  };
  set({OpKind::send, OpKind::recv, OpKind::finish, OpKind::recv_end}, program.streams.size());
  set({OpKind::connect, OpKind::accept}, program.connections.size());
  set({OpKind::signal, OpKind::wait}, program.tokens);
  set({OpKind::arm, OpKind::expire}, program.timers);
  set({OpKind::io}, program.ios.size());
  set({OpKind::spawn}, program.threads.size());
  return limits;
}

void OpEncoder::clear() {
  for (auto* column : {&what_, &flags_, &target_, &value_, &origin_op_, &origin_kind_, &origin_fd_}) column->clear();
}

CompiledOps OpEncoder::encode(std::uint32_t thread, std::uint32_t first_op, std::span<const Op> ops,
                              std::span<const OpOrigin> origins) {
  clear();
  History history;
  for (const Op& op : ops) {
    put_varint(what_, static_cast<std::uint64_t>(op.kind) | static_cast<std::uint64_t>(op.cause) << kKindBits);
    put_varint(flags_, op.flags);
    std::uint32_t& target = history.target_of(op.kind);
    put_varint(target_, zigzag(static_cast<std::int64_t>(op.target) - target));
    target = op.target;
    if (op.kind == OpKind::recv) {
      std::int64_t& received = history.received(op.target);
      put_varint(value_, zigzag(op.value - received));
      received = op.value;
    } else {
      put_varint(value_, static_cast<std::uint64_t>(op.value));
    }
  }
  const auto within = origins_within(origins, first_op, ops.size());
  std::uint32_t at = first_op;
  for (const OpOrigin& origin : within) {
    put_varint(origin_op_, origin.first_op - at);
    put_varint(origin_kind_, origin.event_kind);
    put_varint(origin_fd_, zigzag(origin.fd));
    at = origin.first_op;
  }
  return {thread,
          first_op,
          static_cast<std::uint32_t>(ops.size()),
          static_cast<std::uint32_t>(within.size()),
          what_,
          flags_,
          target_,
          value_,
          origin_op_,
          origin_kind_,
          origin_fd_};
}

void decode(const CompiledOps& piece, std::uint32_t thread_ops, const TargetLimits& limits, std::vector<Op>& ops,
            std::vector<OpOrigin>* origins) {
  // A count is only believed as far as there are bytes for it.
  if (piece.what.size() < piece.count || piece.origin_op.size() < piece.origins)
    throw FormatError("it counts more ops than it holds");
  ColumnReader what(piece.what, "what"), flags(piece.flags, "flags"), targets(piece.target, "target"),
      values(piece.value, "value");
  History history;
  ops.resize(piece.count);
  for (std::uint32_t i = 0; i < piece.count; ++i) {
    const std::uint64_t code = what.get_up_to(kLastCause << kKindBits | kLastKind);
    if ((code & ((1 << kKindBits) - 1)) > kLastKind) refuse(piece.first_op + i, "has an unknown kind");
    Op& op = ops[i];
    op.kind = static_cast<OpKind>(code & ((1 << kKindBits) - 1));
    op.cause = static_cast<Cause>(code >> kKindBits);
    op.flags = static_cast<std::uint16_t>(flags.get_up_to(kAllFlags));
    std::uint32_t& target = history.target_of(op.kind);
    target = op.target = static_cast<std::uint32_t>(target + targets.get_signed());
    if (op.kind == OpKind::recv) {
      std::int64_t& received = history.received(op.target);
      received = op.value = static_cast<std::int64_t>(static_cast<std::uint64_t>(received) +
                                                      static_cast<std::uint64_t>(values.get_signed()));
    } else {
      op.value = static_cast<std::int64_t>(values.get());
    }
    check(op, piece.first_op + i, thread_ops, limits);
  }
  for (const auto* column : {&what, &flags, &targets, &values}) column->expect_end();
  if (!origins) return;
  origins->clear();
  ColumnReader at(piece.origin_op, "originOp"), kinds(piece.origin_kind, "originKind"),
      fds(piece.origin_fd, "originFd");
  std::uint64_t op = piece.first_op;
  for (std::uint32_t i = 0; i < piece.origins; ++i) {
    op += at.get_up_to(piece.count);
    origins->push_back({static_cast<std::uint32_t>(op), static_cast<std::uint16_t>(kinds.get_up_to(UINT16_MAX)),
                        static_cast<std::int32_t>(fds.get_signed())});
  }
  for (const auto* column : {&at, &kinds, &fds}) column->expect_end();
}

}  // namespace simrec::replay
