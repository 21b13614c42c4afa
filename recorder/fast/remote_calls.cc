#include "recorder/fast/remote_calls.h"

#include <sched.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "recorder/fast/hook_image.h"
#include "recorder/thread_status.h"

namespace simrec::record {
namespace {

constexpr std::uint64_t kAllSignals = ~std::uint64_t{0};
constexpr int kSyscallStop = SIGTRAP | 0x80;

// The stop usually comes within some microseconds.
constexpr int kLooksAtOnce = 64;
constexpr useconds_t kPauseUs = 20;

}  // namespace

std::optional<Registers> get_registers(pid_t tid) {
  Registers registers{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0) return std::nullopt;
  return registers;
}

bool set_registers(pid_t tid, const Registers& registers) {
  return ptrace(PTRACE_SETREGS, tid, nullptr, &registers) == 0;
}

std::optional<std::uint64_t> get_signal_mask(pid_t tid) {
  std::uint64_t mask = 0;
  if (ptrace(PTRACE_GETSIGMASK, tid, sizeof mask, &mask) != 0) return std::nullopt;
  return mask;
}

bool set_signal_mask(pid_t tid, std::uint64_t mask) { return ptrace(PTRACE_SETSIGMASK, tid, sizeof mask, &mask) == 0; }

bool wait_for_stop(pid_t tid, int& status) {
  for (int look = 0;; ++look) {
    // Ends are left for the tracer's loop: WEXITED takes none with WNOWAIT, and the second look takes stops only.
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(tid), &info, WEXITED | WSTOPPED | WNOWAIT | WNOHANG | __WALL) != 0)
      return false;
    const bool stopped = info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED;
    if (info.si_pid == tid) {
      if (!stopped || info.si_status >> 8 == PTRACE_EVENT_EXIT) return false;
      info = {};
      if (waitid(P_PID, static_cast<id_t>(tid), &info, WSTOPPED | WNOHANG | __WALL) != 0) return false;
      status = info.si_status << 8 | 0x7f;  // as waitpid encodes it
      if (info.si_pid == tid) return true;
    }
    // Killed: the first thread of a process is reported only when all others have been waited for, which nobody does
    // while we wait for this one.
    if (look % kLooksAtOnce == kLooksAtOnce - 1 && is_dead(tid)) return false;
    if (look < kLooksAtOnce)
      sched_yield();
    else
      usleep(kPauseUs);
  }
}

BorrowedThread::BorrowedThread(pid_t tid) : tid_(tid) {
  const auto registers = get_registers(tid);
  const auto mask = get_signal_mask(tid);
  if (!registers || !mask) return;
  saved_ = *registers;
  mask_ = *mask;
  usable_ = set_signal_mask(tid, kAllSignals);
}

std::int64_t BorrowedThread::replace_call(std::uint64_t number, const Arguments& arguments) {
  Registers registers = with_arguments(arguments);
  registers.orig_rax = number;
  const auto after = run(registers, Resume::to_syscall_exit, [](int status) { return status >> 8 == kSyscallStop; });
  return after ? static_cast<std::int64_t>(after->rax) : -ESRCH;
}

std::int64_t BorrowedThread::call(std::uint64_t number, const Arguments& arguments) {
  Registers registers = with_arguments(arguments);
  registers.orig_rax = ~0ULL;
  registers.rax = number;
  registers.rip = hook_table().remote;
  const auto after = run(registers, Resume::run, [](int status) { return status >> 16 == PTRACE_EVENT_SECCOMP; });
  return after ? static_cast<std::int64_t>(after->rdi) : -ESRCH;
}

Registers BorrowedThread::with_arguments(const Arguments& arguments) const {
  Registers registers = saved_;
  registers.rdi = arguments[0];
  registers.rsi = arguments[1];
  registers.rdx = arguments[2];
  registers.r10 = arguments[3];
  registers.r8 = arguments[4];
  registers.r9 = arguments[5];
  return registers;
}

template <class IsTheStop>
std::optional<Registers> BorrowedThread::run(const Registers& registers, Resume how, IsTheStop&& is_the_stop) {
  usable_ = usable_ && set_registers(tid_, registers);
  for (int status = 0; usable_;) {
    usable_ = resume(tid_, how) && wait_for_stop(tid_, status);
    if (usable_ && is_the_stop(status)) break;
  }
  const auto after = usable_ ? get_registers(tid_) : std::nullopt;
  usable_ = after.has_value();
  return after;
}

void BorrowedThread::restore(std::uint64_t instruction) {
  if (!usable_) return;
  Registers registers = saved_;
  registers.rax = saved_.orig_rax;
  registers.orig_rax = ~0ULL;
  registers.rip = instruction;
  set_registers(tid_, registers);
  set_signal_mask(tid_, mask_);
}

}  // namespace simrec::record
