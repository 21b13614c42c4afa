// Chains of connections: clients begin a new one when the server has ended one after so many requests.
#pragma once

#include <span>
#include <unordered_map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

/// Which connection a client began when it had closed which.
class ChainedConnections {
 public:
  ChainedConnections(const Program& program, std::span<const Fiber> fibers) {
    for (const Fiber& fiber : fibers) {
      if (!is_connection(fiber.source)) continue;
      bool ended = false;
      for (const Op& op : program.threads[fiber.thread].ops) {
        ended = ended || (op.kind == OpKind::finish && source_of_transfer(program, op) == fiber.source);
        if (ended && op.kind == OpKind::connect) previous_.try_emplace(op.target, fiber.source);
      }
    }
  }
  /// The first connection of the chain.
  SourceKey first(SourceKey connection) {
    const auto found = previous_.find(connection);
    if (found == previous_.end()) return connection;
    SourceKey root = found->second;
    for (auto up = previous_.find(root); up != previous_.end() && up->second != root; up = previous_.find(root)) {
      if (root == connection) return connection;  // a circle is none
      root = up->second;
    }
    found->second = root;  // the next one finds it at once
    return root;
  }

 private:
  std::unordered_map<SourceKey, SourceKey> previous_;
};

}  // namespace simrec::replay::causal
