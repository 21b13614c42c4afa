#include "replayer/simulate/causal_chains.h"

#include <algorithm>

namespace simrec::replay {
namespace {

bool continues(const PathPart& before, const CausalChains::Step& step) {
  return step.waited_ns == 0 && before.kind == step.kind && before.thread == step.thread &&
         before.what_plus_one == step.what_plus_one;
}

}  // namespace

Chain CausalChains::beginning(Ns at) {
  Chain chain;
  if (!gave_up_) chain.node_ = add({.end_ns = at, .kind = PathKind::outside}, 0);
  if (chain.node_) chain.store_ = this;
  return chain;
}

void CausalChains::extend(Chain& chain, const Step& step) {
  if (gave_up_) return;
  Node& last = nodes_[chain.node_];
  if (chain.node_ && step.end_ns <= last.step.end_ns && step.waited_ns == 0) return;
  const bool same = chain.node_ && last.references == 1 && step.kind == PathKind::compute &&
                    last.step.kind == PathKind::compute && last.step.thread == step.thread;
  if (same) {
    last.step.end_ns = step.end_ns;
    return;
  }
  Step next = step;
  if (chain.node_) next.end_ns = std::max(next.end_ns, last.step.end_ns);
  const std::uint32_t node = add(next, chain.node_);  // takes over the chain's reference to its parent
  chain.node_ = node;
  chain.store_ = node ? this : nullptr;
}

std::uint32_t CausalChains::add(const Step& step, std::uint32_t parent) {
  std::uint32_t node = free_;
  if (node) {
    free_ = nodes_[node].parent;
  } else if (nodes_.size() > most_ || nodes_.size() == UINT32_MAX) {
    gave_up_ = true;
    nodes_ = {};
    return 0;
  } else {
    node = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
  }
  nodes_[node] = {step, parent, 1};
  return node;
}

void CausalChains::drop(std::uint32_t node) {
  while (!gave_up_ && node && --nodes_[node].references == 0) {
    const std::uint32_t parent = nodes_[node].parent;
    nodes_[node].parent = std::exchange(free_, node);
    node = parent;
  }
}

std::vector<PathPart> CausalChains::parts(const Chain& chain, Ns from, Ns to) const {
  std::vector<const Step*> steps;
  if (!gave_up_)
    for (std::uint32_t node = chain.node_; node; node = nodes_[node].parent) steps.push_back(&nodes_[node].step);
  std::ranges::reverse(steps);
  const Step unexplained{.end_ns = to, .kind = PathKind::outside};
  steps.push_back(&unexplained);
  std::vector<PathPart> parts;
  Ns at = from;
  for (const Step* step : steps) {
    const Ns end = std::clamp(step->end_ns, at, to);
    if (end == at && (step->waited_ns == 0 || step->end_ns < from)) continue;
    if (!parts.empty() && continues(parts.back(), *step))
      parts.back().duration_ns += end - at;
    else
      parts.push_back({end - at, step->kind, step->thread, step->what_plus_one, step->waited_ns});
    at = end;
  }
  return parts;
}

}  // namespace simrec::replay
