// What led to a moment of a simulation, as far as somebody still asks: a tree of steps whose leaves are the present
// moments of the threads and of the messages under way. Following a path backwards later would need every wait of
// every thread; here a step is forgotten as soon as nothing present descends from it, so that memory is that of the
// paths that can still become critical.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {

class CausalChains;

/// A moment and what led to it. Cheap to copy. Empty = nothing is known, or nobody follows paths.
class Chain {
 public:
  Chain() = default;
  Chain(const Chain& other);
  Chain(Chain&& other) noexcept : store_(std::exchange(other.store_, nullptr)), node_(std::exchange(other.node_, 0)) {}
  Chain& operator=(Chain other) noexcept {
    std::swap(store_, other.store_);
    std::swap(node_, other.node_);
    return *this;
  }
  ~Chain();
  explicit operator bool() const { return node_ != 0; }

 private:
  friend class CausalChains;
  CausalChains* store_ = nullptr;
  std::uint32_t node_ = 0;
};

/// Owns the steps of all chains; outlives them.
class CausalChains {
 public:
  struct Step {
    Ns end_ns = 0;  ///< it begins where the chain ended before
    PathKind kind = PathKind::compute;
    std::uint32_t thread = 0;
    std::uint32_t what_plus_one = 0;  ///< as PathPart::what_plus_one
    Ns waited_ns = 0;
  };

  /// `most_steps`: when more would have to be remembered, it gives up and frees all of them.
  explicit CausalChains(std::size_t most_steps) : most_(most_steps), nodes_(1) {}
  bool gave_up() const { return gave_up_; }

  /// A moment that nothing led to.
  Chain beginning(Ns at);
  /// Appends a step. One that takes no time is left out unless it ends a wait.
  void extend(Chain& chain, const Step& step);
  /// The steps from `from` to `to`, without gaps: their durations add up to to - from. What the chain does not explain
  /// is PathKind::outside.
  std::vector<PathPart> parts(const Chain& chain, Ns from, Ns to) const;

 private:
  friend class Chain;
  struct Node {
    Step step;
    std::uint32_t parent = 0;  ///< or the next free node
    std::uint32_t references = 0;
  };
  void keep(std::uint32_t node) {
    if (!gave_up_) ++nodes_[node].references;
  }
  void drop(std::uint32_t node);
  std::uint32_t add(const Step& step, std::uint32_t parent);

  std::size_t most_;
  std::vector<Node> nodes_;  ///< the first one is nobody's
  std::uint32_t free_ = 0;
  bool gave_up_ = false;
};

inline Chain::Chain(const Chain& other) : store_(other.store_), node_(other.node_) {
  if (node_) store_->keep(node_);
}
inline Chain::~Chain() {
  if (node_) store_->drop(node_);
}

}  // namespace simrec::replay
