// The filter, executed by a small interpreter of classic BPF: what it lets pass and what it stops.
#include "recorder/seccomp_filter.h"

#include "recorder/interception.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace simrec::record {
namespace {

/// Runs the instructions the filter uses; anything else fails the test.
std::uint32_t execute(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t accumulator = 0;
  for (std::size_t at = 0; at < program.size(); ++at) {
    const sock_filter& i = program[at];
    switch (i.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        std::memcpy(&accumulator, reinterpret_cast<const char*>(&data) + i.k, 4);
        break;
      case BPF_JMP | BPF_JEQ | BPF_K:
        at += accumulator == i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        at += accumulator >= i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        at += (accumulator & i.k) != 0 ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JGT | BPF_K:
        at += accumulator > i.k ? i.jt : i.jf;
        break;
      case BPF_JMP | BPF_JA:
        at += i.k;
        break;
      case BPF_RET | BPF_K:
        return i.k;
      default:
        ADD_FAILURE() << "unexpected instruction " << i.code;
        return 0;
    }
  }
  ADD_FAILURE() << "ran off the end";
  return 0;
}

class Filter : public ::testing::Test {
 protected:
  static bool stops(bool all, int number, std::array<std::uint64_t, 6> args = {},
                    std::uint32_t arch = AUDIT_ARCH_X86_64) {
    seccomp_data data{number, arch, 0, {}};
    std::ranges::copy(args, data.args);
    const std::uint32_t result = execute(make_seccomp_filter(syscall_table(), all), data);
    // Attached programs carry no filter: the recorder runs it, and must see the same.
    SyscallInfo entry{};
    entry.arch = arch;
    entry.entry.nr = static_cast<std::uint64_t>(number);
    std::ranges::copy(args, entry.entry.args);
    EXPECT_EQ(run_filter(make_seccomp_filter(syscall_table(), all), entry), result);
    EXPECT_TRUE(result == SECCOMP_RET_ALLOW || (result & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_TRACE);
    return result != SECCOMP_RET_ALLOW;
  }
};

TEST_F(Filter, StopsExactlyTheCallsOfTheTable) {
  for (int number = 0; number < 500; ++number) {
    const SyscallRow* row = find_syscall(static_cast<std::uint16_t>(number));
    if (row != nullptr && row->condition != Condition::always) continue;
    const bool exits = number == SYS_exit || number == SYS_exit_group;  // seen at the exit event
    const bool expected = number == SYS_restart_syscall || (row != nullptr && row->logging != Logging::rest && !exits);
    EXPECT_EQ(stops(false, number), expected) << number;
  }
}

TEST_F(Filter, HonoursConditions) {
  EXPECT_FALSE(stops(false, SYS_fcntl, {0, F_GETFL}));
  EXPECT_FALSE(stops(false, SYS_fcntl, {0, F_GETFD}));
  EXPECT_TRUE(stops(false, SYS_fcntl, {0, F_SETLKW}));
  EXPECT_TRUE(stops(false, SYS_setsockopt, {0, IPPROTO_TCP, TCP_NODELAY}));
  EXPECT_FALSE(stops(false, SYS_setsockopt, {0, IPPROTO_TCP, TCP_KEEPIDLE}));
  EXPECT_FALSE(stops(false, SYS_setsockopt, {0, SOL_SOCKET, TCP_NODELAY}));
  EXPECT_TRUE(stops(false, SYS_setsockopt, {0, SOL_SOCKET, SO_LINGER}));
  EXPECT_FALSE(stops(false, SYS_setsockopt, {0, IPPROTO_TCP, SO_LINGER}));
  EXPECT_FALSE(stops(false, SYS_setsockopt, {0, IPPROTO_IP, SO_LINGER}));
  EXPECT_TRUE(stops(false, SYS_ioctl, {0, FIONBIO}));
  EXPECT_TRUE(stops(false, SYS_ioctl, {0, FIOASYNC}));
  EXPECT_FALSE(stops(false, SYS_ioctl, {0, FIONREAD}));
  EXPECT_TRUE(stops(false, SYS_prctl, {PR_SET_SECCOMP}));
  EXPECT_FALSE(stops(false, SYS_prctl, {PR_SET_NAME}));
  EXPECT_TRUE(stops(false, SYS_arch_prctl, {0x1001}));
  EXPECT_FALSE(stops(false, SYS_arch_prctl, {0x1002}));
  EXPECT_TRUE(stops(false, SYS_mmap, {0, 1, PROT_READ | PROT_WRITE, MAP_SHARED}));
  EXPECT_FALSE(stops(false, SYS_mmap, {0, 1, PROT_READ, MAP_SHARED}));
  EXPECT_FALSE(stops(false, SYS_mmap, {0, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE}));
}

TEST_F(Filter, AllSyscallsStopsEverythingButSignalReturnAndExit) {
  EXPECT_TRUE(stops(true, SYS_getpid));
  EXPECT_TRUE(stops(true, SYS_mmap, {0, 1, PROT_READ, MAP_PRIVATE}));
  EXPECT_FALSE(stops(true, SYS_rt_sigreturn));
  EXPECT_FALSE(stops(true, SYS_exit_group));
}

TEST_F(Filter, LetsExemptAddressesPassWhateverTheCall) {
  constexpr std::uint64_t kHigh = 0x2f10'0000'0000;
  const ExemptRange exempt{kHigh + 0x102, kHigh + 0x110};
  const auto result = [&](bool all, int number, std::uint64_t instruction) {
    const seccomp_data data{number, AUDIT_ARCH_X86_64, instruction, {0, F_SETLKW, 0, 0, 0, 0}};
    return execute(make_seccomp_filter(syscall_table(), all, exempt), data);
  };
  for (int number = 0; number < 500; ++number) {
    for (const std::uint64_t inside : {kHigh + 0x102, kHigh + 0x108, kHigh + 0x110}) {
      EXPECT_EQ(result(false, number, inside), SECCOMP_RET_ALLOW) << number;
      EXPECT_EQ(result(true, number, inside), SECCOMP_RET_ALLOW) << number;
    }
    // Everywhere else it is the filter without exemption.
    for (const std::uint64_t outside : {kHigh + 0x101, kHigh + 0x111, std::uint64_t{0x108}, kHigh * 2 + 0x108}) {
      const seccomp_data data{number, AUDIT_ARCH_X86_64, outside, {0, F_SETLKW, 0, 0, 0, 0}};
      EXPECT_EQ(result(false, number, outside), execute(make_seccomp_filter(syscall_table(), false), data)) << number;
    }
  }
}

TEST_F(Filter, CountsForeignCalls) {
  EXPECT_TRUE(stops(false, SYS_getpid, {}, AUDIT_ARCH_I386));
  EXPECT_TRUE(stops(false, SYS_getpid | 0x40000000));
}

}  // namespace
}  // namespace simrec::record
