// How the calls of a program come to stop for the tracer.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "recorder/ptrace.h"

namespace simrec::record {

/// A program that simrec starts carries a seccomp filter, which picks the calls to stop at. A process that runs
/// already cannot be given one: there, every call stops twice and the same filter is run here instead.
class Interception {
 public:
  /// By the filter in the program.
  Interception() = default;
  /// Of every call; `filter` says which ones matter.
  static Interception of_every_call(std::vector<sock_filter> filter);

  bool every_call() const { return !filter_.empty(); }
  /// How a thread outside calls of interest goes on.
  Resume between_calls() const { return every_call() ? Resume::to_syscall_exit : Resume::run; }
  /// Makes a stop at the entry of any call look as the kernel's filter would have reported it: a seccomp stop, or,
  /// for calls of no interest, none at all (op PTRACE_SYSCALL_INFO_NONE).
  void apply(SyscallInfo& info) const;

 private:
  std::vector<sock_filter> filter_;
};

/// Result of a seccomp filter made of loads, jumps and returns (what make_seccomp_filter uses); SECCOMP_RET_ALLOW
/// for anything else.
std::uint32_t run_filter(const std::vector<sock_filter>& program, const SyscallInfo& entry);

}  // namespace simrec::record
