#include "recorder/ptrace.h"

#include <sys/user.h>

namespace simrec::record {
namespace {

constexpr unsigned long kFollow = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                                  PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEEXIT;
// Under our filter a program cannot go on without us.
constexpr unsigned long kOptions = kFollow | PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL;

__ptrace_request request_of(Resume how) {
  switch (how) {
    case Resume::run:
      return PTRACE_CONT;
    case Resume::to_syscall_exit:
      return PTRACE_SYSCALL;
    case Resume::listen:
      return PTRACE_LISTEN;
  }
  return PTRACE_CONT;
}

}  // namespace

bool seize(pid_t tid) { return ptrace(PTRACE_SEIZE, tid, nullptr, kOptions) == 0; }
bool seize_running(pid_t tid) { return ptrace(PTRACE_SEIZE, tid, nullptr, kFollow) == 0; }
bool interrupt(pid_t tid) { return ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0; }
bool detach(pid_t tid, int signal) { return ptrace(PTRACE_DETACH, tid, nullptr, static_cast<long>(signal)) == 0; }

bool resume(pid_t tid, Resume how, int signal) {
  return ptrace(request_of(how), tid, nullptr, static_cast<long>(signal)) == 0;
}

bool syscall_info(pid_t tid, SyscallInfo& info) {
  return ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), tid, sizeof info, &info) > 0;
}

std::optional<unsigned long> event_message(pid_t tid) {
  unsigned long message = 0;
  if (ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &message) != 0) return std::nullopt;
  return message;
}

std::optional<siginfo_t> signal_info(pid_t tid) {
  siginfo_t info{};
  if (ptrace(PTRACE_GETSIGINFO, tid, nullptr, &info) != 0) return std::nullopt;
  return info;
}

std::optional<CallRegisters> call_registers(pid_t tid) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0) return std::nullopt;
  return CallRegisters{static_cast<long>(registers.orig_rax), registers.rdi};
}

}  // namespace simrec::record
