#include "recorder/interception.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace simrec::record {

Interception Interception::of_every_call(std::vector<sock_filter> filter) {
  Interception interception;
  interception.filter_ = std::move(filter);
  return interception;
}

void Interception::apply(SyscallInfo& info) const {
  if (info.op != PTRACE_SYSCALL_INFO_ENTRY || !every_call()) return;
  const std::uint32_t verdict = run_filter(filter_, info);
  SyscallInfo seen = info;
  const bool stops = (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE;
  seen.op = stops ? PTRACE_SYSCALL_INFO_SECCOMP : PTRACE_SYSCALL_INFO_NONE;
  seen.seccomp.nr = info.entry.nr;
  std::ranges::copy(info.entry.args, seen.seccomp.args);
  seen.seccomp.ret_data = verdict & SECCOMP_RET_DATA;
  info = seen;
}

std::uint32_t run_filter(const std::vector<sock_filter>& program, const SyscallInfo& entry) {
  seccomp_data data{static_cast<int>(entry.entry.nr), entry.arch, entry.instruction_pointer, {}};
  std::ranges::copy(entry.entry.args, data.args);
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& step = program[at];
    switch (step.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        if (step.k > sizeof data - sizeof accumulator) return SECCOMP_RET_ALLOW;
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + step.k, sizeof accumulator);
        break;
      case BPF_JMP | BPF_JA:
        at += step.k;
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += accumulator > step.k ? step.jt : step.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        at += (accumulator & step.k) != 0 ? step.jt : step.jf;
        break;
      case BPF_RET | BPF_K:
        return step.k;
      default:
        return SECCOMP_RET_ALLOW;
    }
  }
  return SECCOMP_RET_ALLOW;
}

}  // namespace simrec::record
