// Chains of connections: clients begin a new one when the server has ended one after so many requests.
#pragma once

#include <span>
#include <unordered_map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

/// Which connection a client began when it had closed which. One that several were begun after is in no chain with
/// them: a load generator that asks a question first, say.
class ChainedConnections {
 public:
  ChainedConnections(const Program& program, std::span<const Fiber> fibers) {
    std::unordered_map<SourceKey, std::uint32_t> followers;
    for (const Fiber& fiber : fibers) {
      if (!is_connection(fiber.source)) continue;
      bool ended = false;
      for (const Op& op : program.threads[fiber.thread].ops) {
        ended = ended || (op.kind == OpKind::finish && source_of_transfer(program, op) == fiber.source);
        // A chain goes up: who was begun later has the higher number.
        if (ended && op.kind == OpKind::connect && fiber.source < op.target &&
            previous_.try_emplace(op.target, fiber.source).second)
          ++followers[fiber.source];
      }
    }
    std::erase_if(previous_, [&](const auto& link) { return followers[link.second] > 1; });
  }
  /// The first connection of the chain.
  SourceKey first(SourceKey connection) {
    SourceKey root = connection;
    for (auto up = previous_.find(root); up != previous_.end(); up = previous_.find(root)) root = up->second;
    if (root != connection) previous_[connection] = root;  // the next one finds it at once
    return root;
  }

 private:
  std::unordered_map<SourceKey, SourceKey> previous_;
};

}  // namespace simrec::replay::causal
