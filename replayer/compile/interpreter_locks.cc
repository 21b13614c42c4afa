#include "replayer/compile/interpreter_locks.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstdlib>

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

bool InterpreterLocks::is_waited_for(std::int64_t address, Ns timeout) {
  if (has_ruby_ && is_nearly(timeout, kRubyTimeQuantum_ns)) return true;
  if (!has_python_) return false;
  const auto is_there = [&](std::int64_t apart_B) {
    return std::ranges::any_of(python_words_, [&](std::int64_t word) { return std::abs(word - address) < apart_B; });
  };
  if (is_nearly(timeout, kPythonSwitchInterval_ns)) {
    if (!is_there(1)) python_words_.push_back(address);
    return true;
  }
  return is_there(kPythonLock_B);
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
