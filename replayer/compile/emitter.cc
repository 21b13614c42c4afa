#include "replayer/compile/emitter.h"

#include <algorithm>
#include <utility>

#include "replayer/program/origin_cursor.h"

namespace simrec::replay::causal {
namespace {

/// Fewer iterations are ordinary code (read until EAGAIN), not a busy wait.
constexpr std::uint32_t kFoldedIterations = 3;

}  // namespace

void Emitter::merge_late() {
  base_ += late_;
  late_ = {};
  hoist_ = Hoist::none;
  spins_ = 0;
}

void Emitter::flush() {
  if (base_.total() <= 0) return;
  push_compute(base_.own, 0);
  push_compute(base_.unlocked, kUnlocked);
  base_ = {};
}

void Emitter::push_compute(Ns cpu, std::uint16_t flags) {
  if (cpu <= 0) return;
  const bool goes_on = !ops.empty() && ops.back().kind == OpKind::compute && sleeping_poll_ != ops.size();
  if (goes_on && ops.back().flags == flags) {
    ops.back().value += cpu;
  } else {
    ops.push_back({OpKind::compute, Cause::none, flags, 0, cpu});
  }
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
  if (hoist_ == Hoist::spin && spins_ >= kFoldedIterations && late_.total() / spins_ <= kLongestIterationNs) {
    op.flags |= kPolls;
    if (cost_of_spins_ != Spins::unfolded) late_ = {late_.own / spins_, late_.unlocked / spins_};
    folded_ += spins_ - 1;
  } else if (hoist_ != Hoist::poll) {
    merge_late();
  }
  const Work kept = std::exchange(late_, {});
  hoist_ = Hoist::none;
  spins_ = 0;
  base_ += work(before);
  flush();
  const std::uint32_t index = push(op);
  base_ = kept;
  base_ += work(after);
  sleeping_poll_ = 0;
  found_at_plus_one_ = 0;
  end_sleeps(index);
  return index;
}

void Emitter::aside(const Op& op, Ns before, Ns after) {
  const bool found = found_at_plus_one_ == ops.size() + 1;
  if (hoist_ == Hoist::spin) merge_late();
  base_ += work(before);
  flush();
  push(op);
  if (found) found_at_plus_one_ = static_cast<std::uint32_t>(ops.size()) + 1;
  compute(after);
}

Ns Emitter::take_back(Ns most) {
  if (hoist_ == Hoist::spin) merge_late();
  Ns& own = (hoist_ == Hoist::none ? base_ : late_).own;
  const Ns taken = std::min(own, most);
  own -= taken;
  return taken;
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
    late_ += work(cpu);
    return;
  }
  merge_late();
  if (blocked > 0) {
    base_ += work(cpu / 2);
    flush();
    sleeping_poll_ = push({OpKind::compute, Cause::none, 0, 0, 0}) + 1;
    otherwise_ = otherwise;
    cpu -= cpu / 2;
  } else if (!sleeping_poll_ && otherwise.kind != OpKind::exit) {
    otherwise_ = otherwise;
    found_at_plus_one_ = static_cast<std::uint32_t>(ops.size()) + 1;
  }
  hoist_ = Hoist::poll;
  late_ = work(cpu);
}

void Emitter::poll_expired(Ns timeout, Ns cpu) {
  compute(cpu / 2);
  merge_late();
  flush();
  open_sleeps_.push_back(push({OpKind::sleep, Cause::sleep, kInterruptible | kExpired, 0, timeout}));
  base_ = work(cpu - cpu / 2);
  polled_ = false;
}

void Emitter::spin(Ns cpu) {
  if (hoist_ != Hoist::spin) {
    merge_late();
    hoist_ = Hoist::spin;
  }
  if (cost_of_spins_ != Spins::free) late_ += work(cpu);
  ++spins_;
}

void Emitter::finish(Ns cpu, bool killed) {
  compute(cpu);
  poll_begins();
  cause({OpKind::exit, Cause::none, static_cast<std::uint16_t>(killed ? kNonblocking : 0), 0, 0});
  for (std::uint32_t sleep : open_sleeps_) ops[sleep].flags &= static_cast<std::uint16_t>(~kInterruptible);
}

}  // namespace simrec::replay::causal
