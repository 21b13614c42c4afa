#include "analysis/argument_names.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <csignal>
#include <cstring>
#include <ctime>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <span>

namespace simrec::analysis {
namespace {

/// A value of an argument, or some of its bits.
struct Name {
  std::int64_t value;
  std::string_view text;
  std::int64_t mask = 0;  ///< bits the value occupies when it is a field of several bits; 0 = the value itself
};

#define NAMED(symbol) \
  { symbol, #symbol }
#define FIELD(symbol, bits) \
  { symbol, #symbol, bits }

constexpr Name kOpen[] = {FIELD(O_RDONLY, O_ACCMODE),
                          FIELD(O_WRONLY, O_ACCMODE),
                          FIELD(O_RDWR, O_ACCMODE),
                          NAMED(O_CREAT),
                          NAMED(O_EXCL),
                          NAMED(O_NOCTTY),
                          NAMED(O_TRUNC),
                          NAMED(O_APPEND),
                          NAMED(O_NONBLOCK),
                          {020200000, "O_TMPFILE"},
                          NAMED(O_DIRECTORY),
                          {04010000, "O_SYNC"},
                          NAMED(O_DSYNC),
                          NAMED(O_DIRECT),
                          NAMED(O_NOFOLLOW),
                          NAMED(O_NOATIME),
                          NAMED(O_CLOEXEC),
                          NAMED(O_PATH),
                          {0100000, "O_LARGEFILE"}};
constexpr Name kDescriptorFlags[] = {NAMED(O_NONBLOCK), NAMED(O_CLOEXEC), NAMED(O_DIRECT)};
constexpr Name kDomains[] = {NAMED(AF_UNIX), NAMED(AF_INET), NAMED(AF_INET6), NAMED(AF_NETLINK), NAMED(AF_PACKET)};
constexpr Name kSocketTypes[] = {FIELD(SOCK_STREAM, 15),    FIELD(SOCK_DGRAM, 15), FIELD(SOCK_RAW, 15),
                                 FIELD(SOCK_SEQPACKET, 15), NAMED(SOCK_NONBLOCK),  NAMED(SOCK_CLOEXEC)};
constexpr Name kMessages[] = {NAMED(MSG_OOB),  NAMED(MSG_PEEK),       NAMED(MSG_TRUNC),    NAMED(MSG_DONTWAIT),
                              NAMED(MSG_EOR),  NAMED(MSG_WAITALL),    NAMED(MSG_NOSIGNAL), NAMED(MSG_ERRQUEUE),
                              NAMED(MSG_MORE), NAMED(MSG_WAITFORONE), NAMED(MSG_FASTOPEN), NAMED(MSG_CMSG_CLOEXEC)};
constexpr Name kLevels[] = {NAMED(SOL_SOCKET), NAMED(IPPROTO_IP), NAMED(IPPROTO_TCP), NAMED(IPPROTO_IPV6)};
/// Those that are recorded without --all; what a number means depends on the level.
constexpr Name kSocketOptions[] = {NAMED(TCP_NODELAY), NAMED(SO_LINGER)};
constexpr Name kShutdown[] = {NAMED(SHUT_RD), NAMED(SHUT_WR), NAMED(SHUT_RDWR)};
constexpr Name kFcntl[] = {NAMED(F_DUPFD),         NAMED(F_SETFD),      NAMED(F_SETFL),      NAMED(F_GETLK),
                           NAMED(F_SETLK),         NAMED(F_SETLKW),     NAMED(F_SETOWN),     NAMED(F_SETSIG),
                           NAMED(F_DUPFD_CLOEXEC), NAMED(F_SETPIPE_SZ), NAMED(F_GETPIPE_SZ), NAMED(F_OFD_GETLK),
                           NAMED(F_OFD_SETLK),     NAMED(F_OFD_SETLKW), NAMED(F_ADD_SEALS),  NAMED(F_GET_SEALS)};
constexpr Name kIoctl[] = {NAMED(FIONBIO), NAMED(FIOCLEX), NAMED(FIONCLEX), NAMED(FIOASYNC)};
constexpr Name kEpollControl[] = {NAMED(EPOLL_CTL_ADD), NAMED(EPOLL_CTL_DEL), NAMED(EPOLL_CTL_MOD)};
constexpr Name kFutex[] = {FIELD(FUTEX_WAIT, 127),
                           FIELD(FUTEX_WAKE, 127),
                           FIELD(FUTEX_REQUEUE, 127),
                           FIELD(FUTEX_CMP_REQUEUE, 127),
                           FIELD(FUTEX_WAKE_OP, 127),
                           FIELD(FUTEX_LOCK_PI, 127),
                           FIELD(FUTEX_UNLOCK_PI, 127),
                           FIELD(FUTEX_TRYLOCK_PI, 127),
                           FIELD(FUTEX_WAIT_BITSET, 127),
                           FIELD(FUTEX_WAKE_BITSET, 127),
                           FIELD(FUTEX_WAIT_REQUEUE_PI, 127),
                           FIELD(FUTEX_CMP_REQUEUE_PI, 127),
                           {13, "FUTEX_LOCK_PI2", 127},
                           NAMED(FUTEX_PRIVATE_FLAG),
                           NAMED(FUTEX_CLOCK_REALTIME)};
constexpr Name kFlock[] = {NAMED(LOCK_SH), NAMED(LOCK_EX), NAMED(LOCK_NB), NAMED(LOCK_UN)};
constexpr Name kClone[] = {NAMED(CLONE_VM),
                           NAMED(CLONE_FS),
                           NAMED(CLONE_FILES),
                           NAMED(CLONE_SIGHAND),
                           NAMED(CLONE_PIDFD),
                           NAMED(CLONE_PTRACE),
                           NAMED(CLONE_VFORK),
                           NAMED(CLONE_PARENT),
                           NAMED(CLONE_THREAD),
                           NAMED(CLONE_NEWNS),
                           NAMED(CLONE_SYSVSEM),
                           NAMED(CLONE_SETTLS),
                           NAMED(CLONE_PARENT_SETTID),
                           NAMED(CLONE_CHILD_CLEARTID),
                           NAMED(CLONE_CHILD_SETTID),
                           NAMED(CLONE_NEWUTS),
                           NAMED(CLONE_NEWIPC),
                           NAMED(CLONE_NEWUSER),
                           NAMED(CLONE_NEWPID),
                           NAMED(CLONE_NEWNET),
                           FIELD(SIGCHLD, 255)};
constexpr Name kWait[] = {NAMED(WNOHANG),         NAMED(WUNTRACED),        NAMED(WEXITED),
                          NAMED(WCONTINUED),      NAMED(WNOWAIT),          {0x20000000, "__WNOTHREAD"},
                          {0x40000000, "__WALL"}, {0x80000000, "__WCLONE"}};
constexpr Name kIdTypes[] = {NAMED(P_ALL), NAMED(P_PID), NAMED(P_PGID), NAMED(P_PIDFD)};
constexpr Name kClocks[] = {NAMED(CLOCK_REALTIME),          NAMED(CLOCK_MONOTONIC),     NAMED(CLOCK_PROCESS_CPUTIME_ID),
                            NAMED(CLOCK_THREAD_CPUTIME_ID), NAMED(CLOCK_MONOTONIC_RAW), NAMED(CLOCK_BOOTTIME)};
constexpr Name kSleepFlags[] = {NAMED(TIMER_ABSTIME)};
constexpr Name kProtection[] = {NAMED(PROT_READ), NAMED(PROT_WRITE), NAMED(PROT_EXEC)};
constexpr Name kMap[] = {FIELD(MAP_SHARED, 15), FIELD(MAP_PRIVATE, 15), FIELD(MAP_SHARED_VALIDATE, 15),
                         NAMED(MAP_FIXED),      NAMED(MAP_ANONYMOUS),   NAMED(MAP_NORESERVE),
                         NAMED(MAP_POPULATE),   NAMED(MAP_STACK),       NAMED(MAP_HUGETLB)};
constexpr Name kEpollCreate[] = {NAMED(EPOLL_CLOEXEC)};
constexpr Name kEventfd[] = {NAMED(EFD_SEMAPHORE), NAMED(EFD_NONBLOCK), NAMED(EFD_CLOEXEC)};
constexpr Name kLocks[] = {NAMED(F_RDLCK), NAMED(F_WRLCK), NAMED(F_UNLCK)};
constexpr Name kTimers[] = {{0, "ITIMER_REAL"}, {1, "ITIMER_VIRTUAL"}, {2, "ITIMER_PROF"}};
constexpr Name kPoll[] = {NAMED(POLLIN),
                          NAMED(POLLPRI),
                          NAMED(POLLOUT),
                          NAMED(POLLERR),
                          NAMED(POLLHUP),
                          NAMED(POLLNVAL),
                          {0x40, "POLLRDNORM"},
                          {0x80, "POLLRDBAND"},
                          {0x100, "POLLWRNORM"},
                          {0x2000, "POLLRDHUP"},
                          {1 << 28, "EPOLLEXCLUSIVE"},
                          {1 << 29, "EPOLLWAKEUP"},
                          {1 << 30, "EPOLLONESHOT"},
                          {1LL << 31, "EPOLLET"}};

#undef NAMED
#undef FIELD

/// How an argument's values are named: one of them (enumeration) or bits joined with "|".
struct ArgumentNames {
  std::string_view argument;
  std::initializer_list<std::string_view> calls;  ///< empty = every call with such an argument
  std::span<const Name> names;
  bool bits = false;
};

const ArgumentNames kArguments[] = {
    {"flags", {"open", "openat"}, kOpen, true},
    {"flags", {"pipe2", "dup3"}, kDescriptorFlags, true},
    {"domain", {}, kDomains},
    {"type", {"socket", "socketpair"}, kSocketTypes, true},
    {"flags", {"accept4"}, kSocketTypes, true},
    {"flags", {"sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg"}, kMessages, true},
    {"level", {"setsockopt"}, kLevels},
    {"option", {"setsockopt"}, kSocketOptions},
    {"how", {}, kShutdown},
    {"command", {"fcntl"}, kFcntl},
    {"request", {"ioctl"}, kIoctl},
    {"op", {"epoll_ctl"}, kEpollControl},
    {"op", {"futex"}, kFutex, true},
    {"operation", {"flock"}, kFlock, true},
    {"flags", {"clone", "unshare", "setns"}, kClone, true},
    {"options", {"wait4", "waitid"}, kWait, true},
    {"idtype", {}, kIdTypes},
    {"clock", {}, kClocks},
    {"flags", {"clock_nanosleep", "timerfd_settime", "timer_settime"}, kSleepFlags, true},
    {"prot", {}, kProtection, true},
    {"flags", {"mmap"}, kMap, true},
    {"flags", {"epoll_create1"}, kEpollCreate, true},
    {"flags", {"eventfd2"}, kEventfd, true},
    {"lock", {}, kLocks},
    {"which", {"setitimer"}, kTimers},
};

std::string hexadecimal(std::int64_t value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "0x%llx", static_cast<unsigned long long>(value));
  return buffer;
}

std::string join_bits(std::span<const Name> names, std::int64_t value) {
  // Registers are 64 bits wide, flags mostly int: sign extension is no information.
  std::int64_t rest = value & 0xFFFFFFFF;
  std::string text;
  const auto append = [&](std::string_view word) { text.append(text.empty() ? "" : "|").append(word); };
  for (const Name& name : names) {
    const bool field = name.mask != 0;
    const bool matches =
        field ? (value & name.mask) == name.value : name.value != 0 && (rest & name.value) == name.value;
    if (!matches) continue;
    append(name.text);
    rest &= ~(field ? name.mask : name.value);
  }
  if (rest != 0) append(hexadecimal(rest));
  return text;
}

}  // namespace

std::string argument_name(std::string_view call, std::string_view argument, std::int64_t value) {
  for (const ArgumentNames& row : kArguments) {
    if (row.argument != argument) continue;
    if (row.calls.size() != 0 && std::find(row.calls.begin(), row.calls.end(), call) == row.calls.end()) continue;
    if (row.bits) return join_bits(row.names, value);
    for (const Name& name : row.names) {
      if (name.value == value) return std::string(name.text);
    }
  }
  return "";
}

std::string poll_events(std::int64_t bits) {
  const std::string text = join_bits(kPoll, bits);
  return text.empty() ? "0" : text;
}

std::string signal_name(std::int64_t signal) {
  if (signal > 0 && signal < 32) {
    if (const char* name = sigabbrev_np(static_cast<int>(signal)); name != nullptr) return std::string("SIG") + name;
  }
  // 32 and 33 are glibc's own; the kernel counts real-time signals from 32 as strace does.
  if (signal >= 32 && signal <= 64) return "SIGRT_" + std::to_string(signal - 32);
  return std::to_string(signal);
}

std::string error_name(std::int64_t error) {
  switch (error) {
    case 512:
      return "ERESTARTSYS";
    case 513:
      return "ERESTARTNOINTR";
    case 514:
      return "ERESTARTNOHAND";
    case 516:
      return "ERESTART_RESTARTBLOCK";
    default:
      break;
  }
  const char* name = error > 0 && error < 4096 ? strerrorname_np(static_cast<int>(error)) : nullptr;
  return name != nullptr ? name : std::to_string(error);
}

std::string wait_status(std::int64_t status) {
  const int word = static_cast<int>(status);
  if (WIFEXITED(word)) return "exited " + std::to_string(WEXITSTATUS(word));
  if (WIFSIGNALED(word)) return "killed by " + signal_name(WTERMSIG(word)) + (WCOREDUMP(word) ? " (core dumped)" : "");
  if (WIFSTOPPED(word)) return "stopped by " + signal_name(WSTOPSIG(word));
  if (WIFCONTINUED(word)) return "continued";
  return "status " + std::to_string(status);
}

}  // namespace simrec::analysis
