#include "replayer/compile/emitter.h"

#include <utility>

#include "replayer/program/origin_cursor.h"

namespace simrec::replay::causal {
namespace {

/// Fewer iterations are ordinary code (read until EAGAIN), not a busy wait.
constexpr std::uint32_t kFoldedIterations = 3;
/// A loop that computes longer per iteration does real work between its polls.
constexpr Ns kLongestIterationNs = 100'000;

}  // namespace

void Emitter::merge_late() {
  base_ += late_;
  late_ = 0;
  hoist_ = Hoist::none;
  spins_ = 0;
}

void Emitter::flush() {
  if (base_ <= 0) return;
  if (!ops.empty() && ops.back().kind == OpKind::compute && sleeping_poll_ != ops.size()) {
    ops.back().value += base_;
  } else {
    ops.push_back({OpKind::compute, Cause::none, 0, 0, base_});
  }
  base_ = 0;
}

std::uint32_t Emitter::push(const Op& op) {
  const auto index = static_cast<std::uint32_t>(ops.size());
  add_origin(origins, index, &origin_);
  ops.push_back(op);
  return index;
}

std::uint32_t Emitter::cause(const Op& op) {
  settle_poll();
  merge_late();
  flush();
  return push(op);
}

std::uint32_t Emitter::effect(Op op, Ns before, Ns after) {
  if (hoist_ == Hoist::spin && spins_ >= kFoldedIterations && late_ / spins_ <= kLongestIterationNs) {
    op.flags |= kPolls;
    if (cost_of_spins_ != Spins::unfolded) late_ /= spins_;
    folded_ += spins_ - 1;
  } else if (hoist_ != Hoist::poll) {
    merge_late();
  }
  const Ns kept = late_;
  late_ = 0;
  hoist_ = Hoist::none;
  spins_ = 0;
  base_ += before;
  flush();
  const std::uint32_t index = push(op);
  base_ = kept + after;
  sleeping_poll_ = 0;
  found_at_plus_one_ = 0;
  end_sleeps(index);
  return index;
}

/// Op `index` comes out of a poll, and so ends the timeouts that expired before.
void Emitter::end_sleeps(std::uint32_t index) {
  if (!polled_) return;
  for (std::uint32_t sleep : open_sleeps_) ops[sleep].target = index - sleep;
  open_sleeps_.clear();
  polled_ = false;
}

std::optional<std::uint32_t> Emitter::settle_poll() {
  if (std::exchange(found_at_plus_one_, 0) == ops.size() + 1 && hoist_ == Hoist::poll) {
    flush();
    const std::uint32_t index = push(otherwise_);
    end_sleeps(index);
    return index;
  }
  if (!sleeping_poll_ || otherwise_.kind == OpKind::sleep) return std::nullopt;
  const std::uint32_t index = sleeping_poll_ - 1;
  poll_begins();
  end_sleeps(index);
  return index;
}

void Emitter::poll_begins() {
  found_at_plus_one_ = 0;
  if (!sleeping_poll_) return;
  ops[sleeping_poll_ - 1] = otherwise_;
  sleeping_poll_ = 0;
  if (otherwise_.kind == OpKind::sleep) ++external_polls_;
}

void Emitter::poll_ready(Ns cpu, Ns blocked, const Op& otherwise) {
  polled_ = true;
  found_at_plus_one_ = 0;
  if (hoist_ == Hoist::spin && spins_ >= kFoldedIterations && blocked == 0) {
    late_ += cpu;
    return;
  }
  merge_late();
  if (blocked > 0) {
    base_ += cpu / 2;
    flush();
    sleeping_poll_ = push({OpKind::compute, Cause::none, 0, 0, 0}) + 1;
    otherwise_ = otherwise;
    cpu -= cpu / 2;
  } else if (!sleeping_poll_ && otherwise.kind != OpKind::exit) {
    otherwise_ = otherwise;
    found_at_plus_one_ = static_cast<std::uint32_t>(ops.size()) + 1;
  }
  hoist_ = Hoist::poll;
  late_ = cpu;
}

void Emitter::poll_expired(Ns timeout, Ns cpu) {
  compute(cpu / 2);
  merge_late();
  flush();
  open_sleeps_.push_back(push({OpKind::sleep, Cause::sleep, kInterruptible | kExpired, 0, timeout}));
  base_ = cpu - cpu / 2;
  polled_ = false;
}

void Emitter::spin(Ns cpu) {
  if (hoist_ != Hoist::spin) {
    merge_late();
    hoist_ = Hoist::spin;
  }
  if (cost_of_spins_ != Spins::free) late_ += cpu;
  ++spins_;
}

void Emitter::finish(Ns cpu) {
  compute(cpu);
  poll_begins();
  cause({OpKind::exit, Cause::none, 0, 0, 0});
  for (std::uint32_t sleep : open_sleeps_) ops[sleep].flags &= static_cast<std::uint16_t>(~kInterruptible);
}

}  // namespace simrec::replay::causal
