#include "replayer/compile/interpreter_locks.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>

namespace simrec::replay::causal {

bool InterpreterLocks::lets_go_for(std::uint16_t call) {
  constexpr std::array kKept = {SYS_brk,
                                SYS_mmap,
                                SYS_munmap,
                                SYS_mremap,
                                SYS_mprotect,
                                SYS_madvise,
                                SYS_clone,
                                SYS_clone3,
                                SYS_fork,
                                SYS_vfork,
                                SYS_rt_sigaction,
                                SYS_rt_sigprocmask,
                                SYS_set_robust_list,
                                SYS_rseq,
                                SYS_set_tid_address,
                                SYS_getpid,
                                SYS_gettid,
                                SYS_getsockname,
                                SYS_getpeername,
                                SYS_setsockopt,
                                SYS_getsockopt,
                                SYS_prctl,
                                SYS_exit,
                                SYS_exit_group};
  return std::ranges::find(kKept, call) == kKept.end();
}

bool InterpreterLocks::is_beside_lock(std::int64_t address) const {
  return std::ranges::any_of(words_, [address](const Word& word) {
    const std::uint64_t apart = static_cast<std::uint64_t>(address) - static_cast<std::uint64_t>(word.address);
    return word.is_of_lock && (apart < kPythonLock_B || -apart < kPythonLock_B);
  });
}

void InterpreterLocks::note_word(const Wait& wait) {
  auto word = std::ranges::find(words_, wait.address, &Word::address);
  if (word == words_.end()) {
    word = std::ranges::find(words_, false, &Word::is_of_lock);
    if (word == words_.end()) return;
    std::rotate(word, word + 1, words_.end());  // the oldest that is not of the lock goes
    word = words_.end() - 1;
    *word = {wait.address, 0, wait.thread, false};
  }
  word->is_of_lock = word->is_of_lock || (word->thread != wait.thread && word->ended > wait.entry);
  word->ended = wait.exit;
  word->thread = wait.thread;
}

bool InterpreterLocks::is_waited_for(const Wait& wait) {
  if (has_ruby_ && is_nearly(wait.timeout, kRubyTimeQuantum_ns)) return true;
  if (!has_python_) return false;
  if (!is_nearly(wait.timeout, kPythonSwitchInterval_ns)) return is_beside_lock(wait.address);
  note_word(wait);
  return true;
}

void InterpreterLocks::settle(ScratchSequence<Op>& ops, Counts& counts) const {
  if (!was_there()) return;
  const bool in_turn = takes_turns();
  const Count waits = kind_of_waits();
  for (Op& op : ops) {
    if (op.flags & kInterpreter) {
      counts.add(waits);
      if (!in_turn && (op.flags & kExpired)) counts.add(Count::expired_timeouts);
      if (!in_turn && (op.flags & kOutside)) counts.add(Count::external_waits);
    }
    // The mutex that guards the lock, or one of an extension: whoever has it computes.
    const bool mutex = op.kind == OpKind::wait && (op.flags & kLock);
    if (!in_turn)
      op.flags &= static_cast<std::uint16_t>(~(kInterpreter | kUnlocked));
    else if (mutex || (op.flags & kInterpreter))
      op = {OpKind::compute, Cause::none, 0, 0, 0};
  }
}

}  // namespace simrec::replay::causal
