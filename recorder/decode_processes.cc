// Creating, replacing and awaiting processes and threads.
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <algorithm>

#include "recorder/decoder.h"

namespace simrec::record::decode_processes {
namespace {

constexpr int kContinuedStatus = 0xffff;
constexpr const char* kOwnFilter = "what seccomp filters of the program itself answer (filters)";

/// siginfo of a child as the status that wait(2) would give.
int wait_status_of(const siginfo_t& info) {
  switch (info.si_code) {
    case CLD_EXITED:
      return (info.si_status & 0xff) << 8;
    case CLD_KILLED:
      return info.si_status & 0x7f;
    case CLD_DUMPED:
      return (info.si_status & 0x7f) | 0x80;
    case CLD_STOPPED:
    case CLD_TRAPPED:
      return (info.si_status << 8) | 0x7f;
    case CLD_CONTINUED:
      return kContinuedStatus;
    default:
      return 0;
  }
}

}  // namespace

void clone_entry(CallContext& c) {
  std::uint64_t flags_address = 0;
  switch (c.call.number) {
    case SYS_fork:
      c.call.clone_flags = SIGCHLD;
      break;
    case SYS_vfork:
      c.call.clone_flags = CLONE_VFORK | CLONE_VM | SIGCHLD;
      break;
    case SYS_clone: {
      c.call.clone_flags = c.reg(0);
      c.call.clear_tid_address = c.reg(3);
      break;
    }
    case SYS_clone3: {
      clone_args arguments{};
      const std::size_t size = std::min<std::size_t>(c.reg(1), sizeof arguments);
      if (c.memory.read_some(c.reg(0), &arguments, size) != size) c.unknown();
      flags_address = c.reg(0);  // the first field
      c.call.clone_flags = arguments.flags | arguments.exit_signal;
      c.call.clear_tid_address = arguments.child_tid;
      break;
    }
    default:
      break;
  }
  if ((c.call.clone_flags & CLONE_CHILD_CLEARTID) == 0) c.call.clear_tid_address = 0;
  // clone3's flags without the exit signal, which has a field of its own there.
  const std::uint64_t passed = flags_address == 0 ? c.call.clone_flags : c.call.clone_flags & ~std::uint64_t{CSIGNAL};
  c.call.untraced = take_untraced_flag(c.thread.tid, passed, flags_address);
}

void clone_exit(CallContext& c) {
  restore_untraced_flag(c.thread.tid, c.call.untraced);
  c.add(static_cast<std::int64_t>(c.call.clear_tid_address));
  c.add(std::int64_t{c.call.child_plus_one});
}

void exec_entry(CallContext& c) { c.add(c.string_at(c.reg(c.call.number == SYS_execveat ? 1 : 0))); }

void wait_status_exit(CallContext& c) {
  c.add(c.result > 0 ? std::int64_t{c.memory.read<int>(c.reg(1)).value_or(0)} : 0);
}

void waitid_exit(CallContext& c) {
  const auto info = c.failed() ? std::nullopt : c.memory.read<siginfo_t>(c.reg(2));
  const bool child = info && info->si_pid != 0;
  c.add(child ? std::int64_t{info->si_pid} : 0);
  c.add(child ? std::int64_t{wait_status_of(*info)} : 0);
}

void set_tid_address_entry(CallContext& c) { c.thread.record.clear_tid_address = c.reg(0); }

void ptrace_exit(CallContext& c) {
  const auto request = static_cast<int>(c.reg(0));
  if (c.result == -EPERM && (request == PTRACE_TRACEME || request == PTRACE_ATTACH || request == PTRACE_SEIZE))
    c.sink.lose("attempts to trace a process, which simrec does already (EPERM)");
}

void seccomp_exit(CallContext& c) {
  const auto operation = static_cast<unsigned>(c.reg(0));
  if (operation == SECCOMP_SET_MODE_FILTER && !c.failed()) c.sink.lose(kOwnFilter);
  if (operation == SECCOMP_SET_MODE_STRICT && c.result == -EINVAL) c.sink.lose("strict seccomp modes (EINVAL)");
}

void prctl_exit(CallContext& c) {
  if (c.reg(0) != PR_SET_SECCOMP) return;
  if (c.reg(1) == SECCOMP_MODE_FILTER && !c.failed()) c.sink.lose(kOwnFilter);
  if (c.reg(1) == SECCOMP_MODE_STRICT && c.result == -EINVAL) c.sink.lose("strict seccomp modes (EINVAL)");
}

void namespace_exit(CallContext& c) {
  const auto flags = static_cast<std::uint32_t>(c.reg(c.call.number == SYS_setns ? 1 : 0));
  // setns(2) without flags may enter any kind of namespace.
  const bool any = c.call.number == SYS_setns && flags == 0;
  if (!c.failed() && (any || (flags & CLONE_NEWPID) != 0)) c.process.children_elsewhere = true;
}

}  // namespace simrec::record::decode_processes
