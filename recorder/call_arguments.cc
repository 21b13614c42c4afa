#include "recorder/call_arguments.h"

#include <linux/sched.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include <cstddef>

namespace simrec::record {
namespace {

bool set_register(pid_t tid, std::size_t offset, std::uint64_t value) {
  return ptrace(PTRACE_POKEUSER, tid, offset, value) == 0;
}

/// Unlike process_vm_writev, also into read-only memory: arguments may be constants.
bool set_memory(pid_t tid, std::uint64_t address, std::uint64_t value) {
  return ptrace(PTRACE_POKEDATA, tid, address, value) == 0;
}

bool set_flags(pid_t tid, const UntracedFlag& flag, std::uint64_t value) {
  return flag.place == UntracedFlag::Place::memory ? set_memory(tid, flag.address, value)
                                                   : set_register(tid, offsetof(user_regs_struct, rdi), value);
}

}  // namespace

bool answer_call(pid_t tid, std::int64_t result) {
  // -1 as its number makes the kernel skip the call and leave the result register alone.
  return set_register(tid, offsetof(user_regs_struct, orig_rax), static_cast<std::uint64_t>(-1)) &&
         set_register(tid, offsetof(user_regs_struct, rax), static_cast<std::uint64_t>(result));
}

UntracedFlag take_untraced_flag(pid_t tid, std::uint64_t flags, std::uint64_t address) {
  if ((flags & CLONE_UNTRACED) == 0) return {};
  const UntracedFlag flag{address == 0 ? UntracedFlag::Place::first_register : UntracedFlag::Place::memory, address,
                          flags};
  return set_flags(tid, flag, flags & ~std::uint64_t{CLONE_UNTRACED}) ? flag : UntracedFlag{};
}

void restore_untraced_flag(pid_t tid, const UntracedFlag& flag) {
  if (flag) set_flags(tid, flag, flag.flags);
}

}  // namespace simrec::record
