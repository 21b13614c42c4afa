// What a runtime of tasks computes for its late answers (late_answers.h). It reads all that has come, then lets the
// tasks run that it woke, in several rounds if they pause: a task's last part stands before its answer, the parts of
// all tasks before that stand before the first answer. What that one has more than the others belongs to all.
#pragma once

#include <numeric>
#include <vector>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class LateWork {
 public:
  /// The next answer of the round, with what is computed right before it: the index of that op.
  void add(std::uint32_t compute) { answers_.push_back(compute); }
  /// Something else comes: shares out what the first answer of the round has more than the others have on average.
  void end_round(ScratchSequence<Op>& ops) {
    if (answers_.size() > 1) share_out(ops);
    answers_.clear();
  }

 private:
  void share_out(ScratchSequence<Op>& ops) const {
    const auto others = static_cast<std::int64_t>(answers_.size() - 1);
    const std::int64_t sum = std::accumulate(answers_.begin() + 1, answers_.end(), std::int64_t{0},
                                             [&](std::int64_t s, std::uint32_t i) { return s + ops[i].value; });
    const std::int64_t share = (ops[answers_.front()].value - sum / others) / (others + 1);
    if (share <= 0) return;
    for (const std::uint32_t i : answers_) ops[i].value += share;
    ops[answers_.front()].value -= share * (others + 1);
  }

  std::vector<std::uint32_t> answers_;
};

}  // namespace simrec::replay::causal
