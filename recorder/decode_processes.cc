// Creating, replacing and awaiting processes and threads.
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>

#include <algorithm>

#include "recorder/decoder.h"

namespace simrec::record::decode_processes {
namespace {

constexpr int kContinuedStatus = 0xffff;

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
      c.call.clone_flags = arguments.flags | arguments.exit_signal;
      c.call.clear_tid_address = arguments.child_tid;
      break;
    }
    default:
      break;
  }
  if ((c.call.clone_flags & CLONE_CHILD_CLEARTID) == 0) c.call.clear_tid_address = 0;
}

void clone_exit(CallContext& c) {
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

}  // namespace simrec::record::decode_processes
