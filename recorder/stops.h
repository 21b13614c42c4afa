// Telling ptrace stops apart by what waitpid(2) said.
#pragma once

#include <signal.h>

namespace simrec::record {

inline constexpr int kSyscallStop = SIGTRAP | 0x80;  ///< PTRACE_O_TRACESYSGOOD

/// Signals whose PTRACE_EVENT_STOP means job control: the whole process stands still.
inline bool is_stop_signal(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

}  // namespace simrec::record
