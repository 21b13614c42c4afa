// The BPF program that decides in the kernel which calls stop: derived from the system call table.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "trace-format/syscall_table.h"

namespace simrec::record {

/// What a stop says about why it happened (SECCOMP_RET_DATA of the filter). Values that filters of the traced
/// program are unlikely to use: theirs win over ours, and mean a call left to a tracer the program does not have.
enum class StopReason : std::uint16_t {
  call = 0x51e1,         ///< a call of the table
  foreign_abi = 0x51e2,  ///< a 32-bit or x32 call: not recorded, only counted
};

/// Addresses behind system call instructions whose calls always pass: tier 2 records those itself. Both ends belong
/// to it, and they differ in their lower halves only; last = 0: there are none.
struct ExemptRange {
  std::uint64_t begin = 0, last = 0;
};

/// Program for `rows`. With all_syscalls, every call stops; otherwise calls of no interest pass freely.
/// exit and exit_group never stop here: the exit event tells all about them and comes anyway.
std::vector<sock_filter> make_seccomp_filter(std::span<const SyscallRow> rows, bool all_syscalls,
                                             const ExemptRange& exempt = {});

/// Installs it in the calling thread, for it and all its descendants. Sets no_new_privs only when the
/// caller may not install a filter without (so that set-user-id programs still work when simrec is
/// privileged). Async-signal-safe. Returns 0 or errno.
int install_seccomp_filter(const std::vector<sock_filter>& program);

}  // namespace simrec::record
