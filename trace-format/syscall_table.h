// The one table of system calls: a row says the name, which argument registers are kept, what is
// read from memory besides, and when the recorder intercepts the call. The seccomp filter, the
// recorder's decoders, the causal compiler and `simtrace dump` all derive from it.
//
// To add a call: add a row to syscall_table.cc. Only if its details live in memory in a new way,
// add an `Extra` here and its decoder in recorder/decode_*.cc.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace simrec {

/// When a call is intercepted.
enum class Logging : std::uint8_t {
  both,   ///< at entry and exit
  entry,  ///< at entry only: the result does not matter, one stop saved
  rest,   ///< only with --all-syscalls
};

/// How an argument is meant (and printed).
enum class ArgumentKind : std::uint8_t { none, fd, size, flags, signal, pid, address, integer };

struct Argument {
  const char* name = nullptr;
  ArgumentKind kind = ArgumentKind::none;
  std::uint8_t reg = 0;  ///< 0–5: rdi, rsi, rdx, r10, r8, r9
};

/// Arguments stored behind the register ones, read from memory or the kernel. -1 = no timeout.
/// `string` is a StringId, `object` an ObjectId (0 when the call failed or it could not be known).
enum class Extra : std::uint8_t {
  none,
  open,         ///< path string, object
  object,       ///< object of the descriptor the call returned
  pipe,         ///< read fd, write fd, object
  socketpair,   ///< fd 0, fd 1, object 0, object 1
  address,      ///< object (again, now with its addresses), address string     connect, bind, listen
  datagram,     ///< address string (0 = none given)                            sendto, recvfrom
  message,      ///< address string, n, then n × (fd, object) passed by SCM_RIGHTS
  messages,     ///< bytes of message 0, 1, …                                   sendmmsg, recvmmsg
  timeout,      ///< timeout in ns, relative to the entry
  epoll,        ///< timeout in ns, then the registered data of each ready descriptor
  poll,         ///< timeout in ns, number of fds watched, then (fd, revents) of each ready one
  epoll_ctl,    ///< events, data
  futex,        ///< timeout in ns, key object (0 = private), key offset, second address, requeue count
  futex_waitv,  ///< timeout in ns, n, then n × address
  timer,        ///< ns until the first expiry (0 = disarmed), interval in ns
  wait_status,  ///< status as wait(2) encodes it                               wait4
  waitid,       ///< pid, status
  clone,        ///< clear-tid address, child's ThreadId + 1 (0 = failed)
  exec,         ///< path string
  lock,         ///< for lock commands: type (F_RDLCK 0, F_WRLCK 1, F_UNLCK 2), whence, start, length
  semops,       ///< n, then n × (semaphore number, operation)
  option,       ///< value, an int; of SO_LINGER s that close() waits, 0 = none setsockopt
};

/// Extra condition in the seccomp filter, so that uninteresting variants cost nothing.
enum class Condition : std::uint8_t {
  always,
  mmap_shared,         ///< flags have MAP_SHARED and prot has PROT_WRITE
  ioctl_fd_state,      ///< FIONBIO, FIOCLEX, FIONCLEX, FIOASYNC
  fcntl_changes,       ///< everything but F_GETFD, F_GETFL
  prctl_interception,  ///< PR_SET_SECCOMP, PR_SET_SYSCALL_USER_DISPATCH
  arch_prctl_gs,       ///< ARCH_SET_GS
  socket_options,      ///< TCP_NODELAY of IPPROTO_TCP, SO_LINGER of SOL_SOCKET
};

struct SyscallRow {
  std::uint16_t number;
  const char* name;
  Logging logging;
  std::array<Argument, 6> arguments;
  Extra extra = Extra::none;
  Condition condition = Condition::always;

  std::size_t argument_count() const;
};

/// All rows, by ascending number.
std::span<const SyscallRow> syscall_table();

/// Row of an x86-64 call number; nullptr when unknown.
const SyscallRow* find_syscall(std::uint16_t number);

/// Name of an event kind: the call's, a pseudo-event's ("thread-exit"), or "syscall_123".
std::string_view event_name(std::uint16_t kind);

}  // namespace simrec
