// Thin, typed wrappers of the ptrace(2) requests the recorder uses. A request fails only when the thread
// died meanwhile (ESRCH); callers then simply wait for its end.
#pragma once

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace simrec::record {

/// Length of the instruction that makes a system call (x86-64).
inline constexpr std::uint64_t kSyscallBytes = 2;

using SyscallInfo = __ptrace_syscall_info;  ///< op, arch, instruction pointer, number and arguments, or result

enum class Resume { run, to_syscall_exit, listen };

/// Attaches to a thread without stopping it; follows its children. Dies with the recorder.
bool seize(pid_t tid);
/// Attaches to a thread that runs already: it outlives the recorder, and filters of its own keep their meaning.
/// False with errno set.
bool seize_running(pid_t tid);
/// Makes a seized thread stop soon (PTRACE_EVENT_STOP).
bool interrupt(pid_t tid);
/// Lets go of a stopped thread, delivering `signal` (0 = none).
bool detach(pid_t tid, int signal = 0);
/// Lets a stopped thread go on, delivering `signal` (0 = none).
bool resume(pid_t tid, Resume how, int signal = 0);
/// Where a thread stopped in a system call: its number and arguments at entry, its result at exit.
bool syscall_info(pid_t tid, SyscallInfo& info);
/// The event's message: a child's tid, the former tid after exec, or an exit status.
std::optional<unsigned long> event_message(pid_t tid);
/// Signal that is about to be delivered; nullopt for a group stop.
std::optional<siginfo_t> signal_info(pid_t tid);

/// A thread's call registers, as seen from any stop.
struct CallRegisters {
  long number = -1;  ///< -1 outside calls
  unsigned long first_argument = 0;
};
std::optional<CallRegisters> call_registers(pid_t tid);

}  // namespace simrec::record
