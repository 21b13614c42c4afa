#include "recorder/seccomp_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace simrec::record {
namespace {

using Code = std::vector<sock_filter>;

constexpr std::uint32_t kTrace = SECCOMP_RET_TRACE | static_cast<std::uint32_t>(StopReason::call);
constexpr std::uint32_t kForeign = SECCOMP_RET_TRACE | static_cast<std::uint32_t>(StopReason::foreign_abi);
constexpr std::uint32_t kX32Bit = 0x40000000;
constexpr std::uint32_t kArchSetGs = 0x1001;  // ARCH_SET_GS of asm/prctl.h

sock_filter statement(int code, std::uint32_t k) { return BPF_STMT(static_cast<std::uint16_t>(code), k); }
sock_filter jump(int code, std::uint32_t k, std::size_t if_true, std::size_t if_false) {
  return BPF_JUMP(static_cast<std::uint16_t>(code), k, static_cast<std::uint8_t>(if_true),
                  static_cast<std::uint8_t>(if_false));
}
sock_filter load(std::size_t offset) { return statement(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }
/// Low half of an argument register: all conditions are about 32-bit values.
sock_filter load_argument(int i) { return load(offsetof(seccomp_data, args) + static_cast<std::size_t>(i) * 8); }
sock_filter result(std::uint32_t value) { return statement(BPF_RET | BPF_K, value); }

Code trace_when_any_of(int argument, std::span<const std::uint32_t> values) {
  Code code{load_argument(argument)};
  for (std::size_t i = 0; i < values.size(); ++i)
    code.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, values[i], values.size() - i, 0));
  code.push_back(result(SECCOMP_RET_ALLOW));
  code.push_back(result(kTrace));
  return code;
}

Code body_of(Condition condition) {
  switch (condition) {
    case Condition::always:
      return {result(kTrace)};
    case Condition::mmap_shared:  // MAP_SHARED_VALIDATE has MAP_SHARED's bit set too
      return {load_argument(3),          jump(BPF_JMP | BPF_JSET | BPF_K, MAP_SHARED, 0, 2),
              load_argument(2),          jump(BPF_JMP | BPF_JSET | BPF_K, PROT_WRITE, 1, 0),
              result(SECCOMP_RET_ALLOW), result(kTrace)};
    case Condition::ioctl_fd_state: {
      constexpr std::uint32_t kRequests[] = {FIONBIO, FIOCLEX, FIONCLEX, FIOASYNC};
      return trace_when_any_of(1, kRequests);
    }
    case Condition::prctl_interception: {
      constexpr std::uint32_t kOptions[] = {PR_SET_SECCOMP, PR_SET_SYSCALL_USER_DISPATCH};
      return trace_when_any_of(0, kOptions);
    }
    case Condition::arch_prctl_gs: {
      constexpr std::uint32_t kCodes[] = {kArchSetGs};
      return trace_when_any_of(0, kCodes);
    }
    case Condition::socket_options:
      return {load_argument(1),
              jump(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 2),
              load_argument(2),
              jump(BPF_JMP | BPF_JEQ | BPF_K, TCP_NODELAY, 4, 3),
              jump(BPF_JMP | BPF_JEQ | BPF_K, SOL_SOCKET, 0, 2),
              load_argument(2),
              jump(BPF_JMP | BPF_JEQ | BPF_K, SO_LINGER, 1, 0),
              result(SECCOMP_RET_ALLOW),
              result(kTrace)};
    case Condition::fcntl_changes:
      return {load_argument(1), jump(BPF_JMP | BPF_JEQ | BPF_K, F_GETFD, 1, 0),
              jump(BPF_JMP | BPF_JEQ | BPF_K, F_GETFL, 0, 1), result(SECCOMP_RET_ALLOW), result(kTrace)};
  }
  return {result(kTrace)};
}

void append(Code& code, const Code& more) { code.insert(code.end(), more.begin(), more.end()); }

bool seen_at_exit_event(std::uint16_t number) { return number == SYS_exit || number == SYS_exit_group; }

/// What the filter does with one call.
struct Rule {
  std::uint32_t number;
  Code body;
};

std::vector<Rule> rules_of(std::span<const SyscallRow> rows, bool all_syscalls) {
  // A call the kernel restarts after a stop: the continuation of one in the table.
  std::vector<Rule> rules{{SYS_restart_syscall, {result(kTrace)}}};
  for (const SyscallRow& row : rows) {
    if (seen_at_exit_event(row.number))
      rules.push_back({row.number, {result(SECCOMP_RET_ALLOW)}});
    else if (!all_syscalls && row.logging != Logging::rest)
      rules.push_back({row.number, body_of(row.condition)});
  }
  // Returning from a signal handler restores registers: nothing to see, and stopping there is pure cost.
  if (all_syscalls) rules.push_back({SYS_rt_sigreturn, {result(SECCOMP_RET_ALLOW)}});
  std::ranges::sort(rules, {}, &Rule::number);
  return rules;
}

/// Lets calls pass that tier 2 has. Only after the number was found to matter, so that the kernel can
/// see from the number alone that it may let the other calls pass, and then does not run the filter at all.
Code unless_exempt(const Code& body, const ExemptRange& exempt) {
  Code code{load(offsetof(seccomp_data, instruction_pointer) + 4),
            jump(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(exempt.begin >> 32), 0, 4),
            load(offsetof(seccomp_data, instruction_pointer)),
            jump(BPF_JMP | BPF_JGE | BPF_K, static_cast<std::uint32_t>(exempt.begin), 0, 2),
            jump(BPF_JMP | BPF_JGT | BPF_K, static_cast<std::uint32_t>(exempt.last), 1, 0),
            result(SECCOMP_RET_ALLOW)};
  append(code, body);
  return code;
}

/// A search tree over the numbers: the number is in the accumulator.
Code search(std::span<const Rule> rules, const Code& otherwise, const ExemptRange& exempt) {
  if (rules.empty()) return otherwise;
  if (rules.size() == 1) {
    const Code body = exempt.last == 0 ? rules[0].body : unless_exempt(rules[0].body, exempt);
    Code code{jump(BPF_JMP | BPF_JEQ | BPF_K, rules[0].number, 0, body.size())};
    append(code, body);
    append(code, otherwise);
    return code;
  }
  const std::size_t middle = rules.size() / 2;
  const Code lower = search(rules.first(middle), otherwise, exempt);
  // A conditional jump reaches 255 instructions only, `ja` any number.
  Code code{jump(BPF_JMP | BPF_JGE | BPF_K, rules[middle].number, 0, 1),
            statement(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(lower.size()))};
  append(code, lower);
  append(code, search(rules.subspan(middle), otherwise, exempt));
  return code;
}

}  // namespace

std::vector<sock_filter> make_seccomp_filter(std::span<const SyscallRow> rows, bool all_syscalls,
                                             const ExemptRange& exempt) {
  Code code{
      load(offsetof(seccomp_data, arch)), jump(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0), result(kForeign),
      load(offsetof(seccomp_data, nr)),   jump(BPF_JMP | BPF_JGE | BPF_K, kX32Bit, 0, 1),           result(kForeign)};
  Code otherwise{result(all_syscalls ? kTrace : SECCOMP_RET_ALLOW)};
  if (all_syscalls && exempt.last != 0) otherwise = unless_exempt(otherwise, exempt);
  append(code, search(rules_of(rows, all_syscalls), otherwise, exempt));
  return code;
}

int install_seccomp_filter(const std::vector<sock_filter>& program) {
  sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0) return 0;
  if (errno != EACCES) return errno;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : errno;
}

}  // namespace simrec::record
