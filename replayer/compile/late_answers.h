// Answers that a thread sends some polls late. A runtime of tasks (asyncio) reads what has come, and lets the tasks
// that it woke run when it comes round again, behind the next poll: what it sends then answers what came before, not
// what the poll has reported. Told by how the thread uses its connections: on one that carries requests and answers in
// turn, one at a time, what it sends answers what it received there, unless it has passed that on. A proxy's
// connections look the same, but what it passes on goes from its clients to its servers, or back: from connections that
// it accepted to those that it made.
#pragma once

#include <unordered_map>
#include <unordered_set>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class LateAnswers {
 public:
  /// Of what `thread` does: `ops`, with its polls. Both must outlive it.
  LateAnswers(const Program& program, std::uint32_t thread, const ScratchSequence<Op>& ops, const PolledSources& polled)
      : program_(program), process_(program.threads[thread].process), ops_(ops), polled_(polled) {}

  /// The thread receives from the source. To be told of each time.
  void receives(SourceKey source) { unanswered_.insert(source); }
  /// It sends to the source, or passes on what has come from it. The same.
  void answered(SourceKey source) { unanswered_.erase(source); }

  /// The thread waits for one thing only, or connects: what it sends next may answer what came since, but not what was
  /// there before (pgbench begins when all its clients have connected).
  void waits_for_one() { unanswered_.clear(); }

  /// Does a send to the source, behind a poll that did not report it, answer what came from there, rather than pass on
  /// what came from `other`?
  bool answers(SourceKey source, SourceKey other);

  /// Did the thread's process accept one of the two and make the other, as proxies do?
  bool are_sides(SourceKey a, SourceKey b) const {
    return is_connection(a) && is_connection(b) && has_connected(a) != has_connected(b);
  }

 private:
  struct Use {
    std::uint32_t sends = 0, receives = 0;
    std::uint32_t unasked = 0;    ///< sends behind another one, in a visit of their own: no answers
    std::uint32_t sent_last = 0;  ///< poll in which it sent, unless it has received since; counted from 1
  };
  void learn();
  void learn(const Op& op, std::uint32_t poll);
  bool takes_turns(SourceKey source);
  bool has_connected(SourceKey source) const;

  const Program& program_;
  const std::uint32_t process_;
  const ScratchSequence<Op>& ops_;
  const PolledSources& polled_;
  std::unordered_map<SourceKey, Use> uses_;   ///< learned when first asked: few threads ever send late
  std::unordered_set<SourceKey> unanswered_;  ///< received from since they were last sent to, and not passed on
};

}  // namespace simrec::replay::causal
