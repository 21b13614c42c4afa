#include "recorder/quiet_stop.h"

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>

#include <algorithm>
#include <cerrno>

#include "recorder/restart_codes.h"
#include "recorder/tracee_memory.h"

namespace simrec::record {
namespace {

constexpr unsigned long kUserCode64 = 0x33;  // code segment of 64-bit programs

/// Calls that end with EINTR when a thread is only stopped, and that can be made again without harm: nothing was
/// consumed. (signal(7), "Interruption of system calls and library functions by stop signals".)
constexpr std::int64_t kNotRestarted[] = {
    SYS_epoll_wait, SYS_epoll_pwait, SYS_epoll_pwait2, SYS_semop,          SYS_semtimedop,  SYS_rt_sigtimedwait,
    SYS_read,       SYS_recvfrom,    SYS_recvmsg,      SYS_recvmmsg,       SYS_accept,      SYS_accept4,
    SYS_connect,    SYS_sendto,      SYS_sendmsg,      SYS_futex,          SYS_futex_waitv, SYS_io_getevents,
    SYS_readv,      SYS_write,       SYS_writev,       SYS_io_uring_enter, SYS_msgrcv,      SYS_msgsnd,
};

// struct pthread of glibc for x86-64: where the kernel is told to keep the thread's number (nptl/descr.h).
constexpr std::uint64_t kGlibcTidOffset = 0x2d0;

}  // namespace

std::optional<InterruptedCall> restart_interrupted_call(pid_t tid) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0 || registers.cs != kUserCode64) return std::nullopt;
  const auto number = static_cast<std::int64_t>(registers.orig_rax);
  const auto result = static_cast<std::int64_t>(registers.rax);
  if (number < 0) return std::nullopt;
  const bool restarts = is_restart_code(result);
  if (!restarts) {
    if (result != -EINTR || !std::ranges::count(kNotRestarted, number)) return std::nullopt;
    registers.rax = static_cast<unsigned long long>(kRestartNoHandler);
    if (ptrace(PTRACE_SETREGS, tid, nullptr, &registers) != 0) return std::nullopt;
  }
  return InterruptedCall{static_cast<std::uint64_t>(number),
                         {registers.rdi, registers.rsi, registers.rdx, registers.r10, registers.r8, registers.r9}};
}

std::uint64_t clear_tid_address_of(pid_t tid) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0 || registers.fs_base == 0) return 0;
  const std::uint64_t address = registers.fs_base + kGlibcTidOffset;
  return TraceeMemory(tid).read<std::int32_t>(address) == tid ? address : 0;
}

}  // namespace simrec::record
