// Emits the ops of one thread: fuses compute, puts a poll's wait where the poll stood, folds spinning,
// and ties expired timeouts to what would have ended them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "replayer/compile/compile.h"
#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// CPU time that no op stands for yet.
struct Work {
  Ns own = 0;       ///< of the thread's own code, and of calls during which it keeps its interpreter's lock
  Ns unlocked = 0;  ///< of other calls

  Ns total() const { return own + unlocked; }
  Work& operator+=(const Work& other) {
    own += other.own;
    unlocked += other.unlocked;
    return *this;
  }
};

class Emitter {
 public:
  explicit Emitter(const std::shared_ptr<ScratchSpace>& space) : ops(space), origins(space), open_sleeps_(space) {}

  /// Before the first op.
  void set_spins(Spins spins) { cost_of_spins_ = spins; }
  /// Where the ops emitted from now on come from.
  void set_origin(std::uint16_t event_kind, std::int32_t fd) { origin_ = {0, event_kind, fd}; }

  /// From now on computing needs no turn of the thread's interpreter (kUnlocked), or it does.
  void set_unlocked(bool unlocked) { unlocked_ = unlocked; }
  /// CPU time of the thread, before whatever is emitted next. Much of it is no part of a spin.
  void compute(Ns cpu) {
    if (hoist_ == Hoist::spin && cpu > kLongestIterationNs) merge_late();
    (hoist_ == Hoist::none ? base_ : late_) += work(cpu);
  }

  /// An op that causes something (send, signal, spawn, …) or waits for no other thread; returns its index.
  std::uint32_t cause(const Op& op);

  /// An op that waits for another thread. `before` and `after`: the call's CPU on either side of the wait.
  /// If a poll returned just before (only compute since), the wait takes the poll's place; if it ends a
  /// spin, one iteration's cost stays behind it, and the thread needs no waking.
  std::uint32_t effect(Op op, Ns before, Ns after);

  /// An op that waits for another thread, or tells others, whatever a poll before has found. It comes after a spin.
  /// `before` and `after` as for effect().
  void aside(const Op& op, Ns before, Ns after);

  /// A poll that found something ready. blocked = time it really slept (0 = did not); then `otherwise` is
  /// what it waited for if the thread consumes nothing traced afterwards. If it did not sleep, what it found (an exit
  /// op = not known).
  void poll_ready(Ns cpu, Ns blocked, const Op& otherwise);
  /// The latest so much of what was computed and has not been emitted yet, or all if it is less: to be computed again
  /// behind what is emitted next.
  Ns take_back(Ns most);

  /// If the poll before slept and nothing that it waited for was consumed, it becomes its `otherwise`.
  void poll_begins();
  /// The thread did what the poll waited for without a waiting op (e.g. finished a connect).
  void poll_satisfied() { sleeping_poll_ = found_at_plus_one_ = 0; }
  /// A poll ended otherwise; what ends it counts as found by a poll.
  void mark_polled() { polled_ = true; }
  /// A poll's timeout expired: absolute sleep, cut short by the next effect that comes out of a poll.
  void poll_expired(Ns timeout, Ns cpu);
  /// One iteration of a busy loop: zero-timeout poll, EAGAIN, sched_yield.
  void spin(Ns cpu);
  /// The thread ends. `killed`: with its process, whenever that is.
  void finish(Ns cpu, bool killed);

  std::uint64_t spins_folded() const { return folded_; }
  std::uint64_t external_polls() const { return external_polls_; }
  bool poll_pending() const { return sleeping_poll_ != 0; }
  /// May settle_poll() find something?
  bool poll_unsettled() const { return sleeping_poll_ != 0 || found_at_plus_one_ != 0; }
  /// If nothing of what the poll before waited for or found was consumed yet, and that is known: the poll becomes its
  /// `otherwise` now, since what follows comes after that. Returns that op's index.
  std::optional<std::uint32_t> settle_poll();

  ScratchSequence<Op> ops;
  ScratchSequence<OpOrigin> origins;

 private:
  /// A loop that computes longer per iteration does real work between its polls.
  static constexpr Ns kLongestIterationNs = 100'000;
  enum class Hoist : std::uint8_t { none, poll, spin };
  Work work(Ns cpu) const { return unlocked_ ? Work{0, cpu} : Work{cpu, 0}; }
  void merge_late();
  void flush();
  void push_compute(Ns cpu, std::uint16_t flags);
  std::uint32_t push(const Op& op);
  void end_sleeps(std::uint32_t index);

  OpOrigin origin_;
  Spins cost_of_spins_ = Spins::folded;
  bool unlocked_ = false;
  Work base_;  ///< not emitted yet, before the hoist point
  Work late_;  ///< behind it
  Hoist hoist_ = Hoist::none;
  bool polled_ = false;              ///< a poll returned since the last effect
  std::uint32_t spins_ = 0;          ///< iterations of the current spin
  std::uint32_t sleeping_poll_ = 0;  ///< index + 1 of the placeholder of a poll that slept, not yet explained
  Op otherwise_;
  std::uint32_t found_at_plus_one_ = 0;  ///< as many ops there were when a poll did not sleep: `otherwise_` was there
  ScratchSequence<std::uint32_t> open_sleeps_;
  std::uint64_t folded_ = 0;
  std::uint64_t external_polls_ = 0;
};

}  // namespace simrec::replay::causal
