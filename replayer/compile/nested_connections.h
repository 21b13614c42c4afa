// Connections that a client makes because of another one, and ends before it says more there: FTP's data connections.
// Where nobody polls for both, no wait tells that a command comes after the file before it has arrived: the answer that
// says so overtakes the file.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

/// Of one thread. A connection made after a transfer on another one is nested in that; they come one after the other if
/// none was begun before the one before had ended, and something had been sent on the outer one in between.
class NestedConnections {
 public:
  NestedConnections(const Program& program, const ScratchSequence<Op>& ops) {
    std::optional<SourceKey> outer;
    for (std::uint32_t i = 0; i < ops.size(); ++i) {
      const Op& op = ops[i];
      if (!transfers(op)) continue;
      const SourceKey source = source_of_transfer(program, op);
      if (op.kind == OpKind::connect) {
        if (outer && *outer != source) begins(*outer, source);
      } else if (op.kind == OpKind::finish) {
        ends(source);
      } else if (is_connection(source) && !learns_of_connection(op)) {
        if (op.kind == OpKind::send) sends(source, i);
        if (op.kind != OpKind::accept) outer = source;
      }
    }
    std::erase_if(after_, [this](const auto& entry) {
      const Outer& o = outers_.at(entry.second.outer);
      return o.overlap || o.nested < kFewest;
    });
  }

  /// If the op sends on an outer connection for the first time since a nested one ended: that one.
  std::optional<SourceKey> ended_before(std::uint32_t op) const {
    const auto found = after_.find(op);
    return found == after_.end() ? std::nullopt : std::optional(found->second.nested);
  }

 private:
  /// Fewer may have been one after the other by chance.
  static constexpr std::uint32_t kFewest = 3;
  struct Outer {
    std::uint32_t nested = 0;
    bool is_open = false, overlap = false;
    std::optional<SourceKey> ended;  ///< nothing was sent since
  };
  struct Nesting {
    SourceKey outer = 0, nested = 0;
  };

  void begins(SourceKey outer, SourceKey nested) {
    Outer& o = outers_[outer];
    o.overlap = o.overlap || o.is_open || o.ended;
    o.is_open = true;
    ++o.nested;
    outer_of_[nested] = outer;
  }
  void ends(SourceKey source) {
    const auto found = outer_of_.find(source);
    if (found == outer_of_.end()) return;
    Outer& o = outers_[found->second];
    o.is_open = false;
    o.ended = source;
  }
  void sends(SourceKey source, std::uint32_t op) {
    const auto found = outers_.find(source);
    if (found == outers_.end() || !found->second.ended) return;
    after_[op] = {source, *found->second.ended};
    found->second.ended.reset();
  }

  std::unordered_map<SourceKey, Outer> outers_;
  std::unordered_map<SourceKey, SourceKey> outer_of_;  ///< by nested connection
  std::map<std::uint32_t, Nesting> after_;             ///< by op that sends
};

}  // namespace simrec::replay::causal
