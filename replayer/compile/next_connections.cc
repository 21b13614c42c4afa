#include "replayer/compile/next_connections.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "replayer/compile/loop_ops.h"
#include "replayer/program/check.h"

namespace simrec::replay::causal {
namespace {

/// At the end of its connection a fiber begins another one, and tells that connection's fiber.
struct Succession {
  const Fiber* ended = nullptr;
  const Fiber* begun = nullptr;
  std::uint32_t connect = 0, signal = 0;  ///< ops of the former
};

/// What a client's side of a connection transfers.
struct Shape {
  std::int64_t sent = 0, received = 0;
  bool operator==(const Shape&) const = default;
};

class Successions {
 public:
  Successions(Program& program, std::span<const Fiber> fibers, std::span<const std::uint32_t> listener)
      : program_(program), listener_(listener) {
    for (const Fiber& fiber : fibers)
      if (is_connection(fiber.source) && fiber.source < listener.size()) fibers_[fiber.source].push_back(&fiber);
    for (const Fiber& fiber : fibers) note(fiber);
    std::erase_if(groups_, [](const auto& group) { return group.second.size() < 2; });
  }

  std::uint64_t put_in_order() {
    keep_those_told_alone();
    std::uint64_t moved = 0;
    for (auto& [key, group] : groups_)
      if (!group.empty() && are_alike(group)) moved += match(group);
    // Servers and others may insist on the recorded order.
    if (moved == 0 || check(program_).empty()) return moved;
    for (const Target& was : before_) program_.threads[was.thread].ops[was.op].target = was.target;
    return 0;
  }

 private:
  /// The only fiber of the connection in that loop; nullptr = there are several, or none.
  const Fiber* fiber_in(std::uint32_t loop, SourceKey connection) const {
    const auto it = fibers_.find(connection);
    if (it == fibers_.end()) return nullptr;
    const Fiber* found = nullptr;
    for (const Fiber* fiber : it->second) {
      if (program_.threads[fiber->thread].loop_plus_one != loop) continue;
      if (found) return nullptr;
      found = fiber;
    }
    return found;
  }

  ScratchSequence<Op>& ops_of(const Fiber& fiber) { return program_.threads[fiber.thread].ops; }

  void note(const Fiber& fiber) {
    const std::uint32_t loop = program_.threads[fiber.thread].loop_plus_one;
    if (!is_connection(fiber.source) || fiber_in(loop, fiber.source) != &fiber) return;
    const std::optional<Succession> found = succession_of(fiber, loop);
    if (!found || listener_[found->begun->source] != listener_[fiber.source]) return;
    const Op& first = ops_of(*found->begun).front();
    if (first.kind == OpKind::wait && first.target == ops_of(fiber)[found->signal].target)
      groups_[{loop, fiber.region, listener_[fiber.source]}].push_back(*found);
  }

  /// Leaves out those whose signal others wait for, too.
  void keep_those_told_alone() {
    if (groups_.empty()) return;
    std::vector<std::uint8_t> waiters(program_.tokens);
    for (const ProgramThread& thread : program_.threads)
      for (const Op& op : thread.ops)
        if (op.kind == OpKind::wait && op.target < waiters.size() && waiters[op.target] < 2) ++waiters[op.target];
    for (auto& [key, group] : groups_)
      std::erase_if(group, [&](const Succession& s) {
        const std::uint32_t token = ops_of(*s.ended)[s.signal].target;
        return token >= waiters.size() || waiters[token] != 1;
      });
  }

  /// If the fiber begins just one connection, later than its own and when that has ended.
  std::optional<Succession> succession_of(const Fiber& fiber, std::uint32_t loop) {
    const ScratchSequence<Op>& ops = ops_of(fiber);
    Succession found{&fiber};
    bool ended = false;
    for (std::uint32_t i = 0; i < ops.size(); ++i) {
      const Op& op = ops[i];
      ended = ended || (op.kind == OpKind::finish && source_of_transfer(program_, op) == fiber.source);
      if (op.kind == OpKind::connect) {
        if (!ended || found.connect != 0 || op.target <= fiber.source) return std::nullopt;
        found.connect = i;  // not the first op: something ended before it
      } else if (is_plain_signal(op) && found.connect != 0 && found.signal == 0) {
        found.signal = i;
      }
    }
    if (found.signal != 0) found.begun = fiber_in(loop, ops[found.connect].target);
    return found.begun ? std::optional(found) : std::nullopt;
  }

  Shape shape_of(const Fiber& fiber) {
    Shape shape;
    for (const Op& op : ops_of(fiber)) {
      if (op.kind == OpKind::send) shape.sent += op.value;
      if (op.kind == OpKind::recv) shape.received = std::max(shape.received, op.value);
    }
    return shape;
  }

  /// They transfer the same, and none took much of the whole time: its own request may do that everywhere, and an even
  /// chain would be longer by as much.
  bool are_alike(const std::vector<Succession>& group) {
    constexpr Ns kPart = 4;
    const Shape first = shape_of(*group.front().ended);
    Ns begin = std::numeric_limits<Ns>::max(), end = 0, longest = 0;
    for (const Succession& s : group)
      for (const Fiber* fiber : {s.ended, s.begun}) {
        if (shape_of(*fiber) != first) return false;
        begin = std::min(begin, fiber->first_ready_ns);
        end = std::max(end, fiber->last_ready_ns);
        longest = std::max(longest, fiber->last_ready_ns - fiber->first_ready_ns);
      }
    return kPart * longest <= end - begin;
  }

  /// The connection that began as the i-th of those that ended is followed by the i-th of those that followed.
  std::uint64_t match(std::vector<Succession>& group) {
    struct Begun {
      SourceKey connection;
      std::uint32_t token;
    };
    std::vector<Begun> begun;
    for (const Succession& s : group) begun.push_back({s.begun->source, ops_of(*s.ended)[s.signal].target});
    std::ranges::sort(begun, {}, &Begun::connection);
    std::ranges::sort(group, {}, [](const Succession& s) { return s.ended->source; });
    std::uint64_t moved = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Succession& s = group[i];
      ScratchSequence<Op>& ops = ops_of(*s.ended);
      for (const std::uint32_t op : {s.connect, s.signal}) before_.push_back({s.ended->thread, op, ops[op].target});
      moved += ops[s.connect].target != begun[i].connection;
      ops[s.connect].target = begun[i].connection;
      ops[s.signal].target = begun[i].token;
    }
    return moved;
  }

  Program& program_;
  std::span<const std::uint32_t> listener_;
  std::map<SourceKey, std::vector<const Fiber*>> fibers_;
  /// By loop, region and listener.
  std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>, std::vector<Succession>> groups_;
  struct Target {
    std::uint32_t thread = 0, op = 0, target = 0;
  };
  std::vector<Target> before_;  ///< what ops had that were changed
};

}  // namespace

std::uint64_t begin_in_order(Program& program, std::span<const Fiber> fibers, std::span<const std::uint32_t> listener) {
  return Successions(program, fibers, listener).put_in_order();
}

}  // namespace simrec::replay::causal
