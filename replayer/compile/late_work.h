// What a runtime of tasks computes for its late answers (late_answers.h). It reads all that has come, then lets the
// tasks run that it woke: what stands before an answer is what its task computed. If tasks pause, they run in several
// rounds, and their parts of all rounds but the last stand before the first answer: what that one has more than the
// others on average then belongs to all.
#pragma once

#include <algorithm>
#include <vector>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class LateWork {
 public:
  /// The next answer of a round: what is computed right before it are the ops from `first` to `end`. Of the first one:
  /// `paused` = there were several rounds since the thread last read.
  void add(std::uint32_t first, std::uint32_t end, bool paused) {
    if (answers_.empty()) paused_ = paused;
    answers_.push_back({first, end});
  }
  /// Does an answer that comes now belong to the round?
  bool in_round() const { return !answers_.empty(); }
  /// Something else comes.
  void end_round(ScratchSequence<Op>& ops) {
    if (paused_ && answers_.size() > 1) share_out(ops);
    answers_.clear();
  }

 private:
  struct Work {
    std::uint32_t first, end;  ///< ops
  };

  static Ns of(const ScratchSequence<Op>& ops, const Work& work) {
    Ns sum = 0;
    for (std::uint32_t i = work.first; i < work.end; ++i) sum += ops[i].value;
    return sum;
  }
  /// Interpreters divide what they compute: its largest part.
  static Op& largest(ScratchSequence<Op>& ops, const Work& work) {
    std::uint32_t best = work.first;
    for (std::uint32_t i = work.first; i < work.end; ++i)
      if (ops[i].value > ops[best].value) best = i;
    return ops[best];
  }

  void share_out(ScratchSequence<Op>& ops) const {
    const auto others = static_cast<Ns>(answers_.size() - 1);
    Ns sum = 0;
    for (auto work = answers_.begin() + 1; work != answers_.end(); ++work) sum += of(ops, *work);
    Op& first = largest(ops, answers_.front());
    const Ns more = std::min(of(ops, answers_.front()) - sum / others, first.value);
    const Ns share = more / (others + 1);
    if (share <= 0) return;
    for (auto work = answers_.begin() + 1; work != answers_.end(); ++work) largest(ops, *work).value += share;
    first.value -= share * others;
  }

  std::vector<Work> answers_;
  bool paused_ = false;
};

}  // namespace simrec::replay::causal
