#include "replayer/compile/late_answers.h"

namespace simrec::replay::causal {
namespace {

/// Requests that tell how a connection is used: at least so many, and all but one of so many in turn.
constexpr std::uint32_t kLeast = 4, kInTurn = 16;

}  // namespace

void LateAnswers::learn() {
  std::uint32_t poll = 1;
  for (std::uint32_t at = 0; at < ops_.size(); ++at) {
    while (poll <= polled_.marks.size() && polled_.marks[poll - 1].first_op <= at) ++poll;
    learn(ops_[at], poll);
  }
}

void LateAnswers::learn(const Op& op, std::uint32_t poll) {
  const bool sends = op.kind == OpKind::send && op.value > 0;
  if (!sends && op.kind != OpKind::recv) return;
  const SourceKey source = source_of_stream(program_, op.target);
  if (!is_connection(source)) return;
  Use& use = uses_[source];
  if (sends) {
    ++use.sends;
    if (use.sent_last != 0 && use.sent_last != poll && !(op.flags & kRefill)) ++use.unasked;
    use.sent_last = poll;
  } else {
    ++use.receives;
    use.sent_last = 0;
  }
}

bool LateAnswers::takes_turns(SourceKey source) {
  if (uses_.empty()) learn();
  const auto found = uses_.find(source);
  if (found == uses_.end()) return false;
  const Use& use = found->second;
  return use.receives >= kLeast && use.sends >= kLeast && use.unasked * kInTurn <= use.sends;
}

bool LateAnswers::has_connected(SourceKey source) const {
  return program_.threads[program_.connections[source].client_thread].process == process_;
}

bool LateAnswers::answers(SourceKey source, SourceKey other) {
  return unanswered_.contains(source) && is_connection(source) && is_connection(other) &&
         has_connected(source) == has_connected(other) && takes_turns(source) && takes_turns(other);
}

}  // namespace simrec::replay::causal
