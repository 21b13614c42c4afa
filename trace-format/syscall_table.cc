#include "trace-format/syscall_table.h"

#include <sys/syscall.h>

#include <algorithm>
#include <array>

#include "trace-format/model.h"

namespace simrec {
namespace {

using enum Logging;
using K = ArgumentKind;

constexpr Argument fd(std::uint8_t reg, const char* name = "fd") { return {name, K::fd, reg}; }
constexpr Argument size(std::uint8_t reg, const char* name = "count") { return {name, K::size, reg}; }
constexpr Argument flags(std::uint8_t reg, const char* name = "flags") { return {name, K::flags, reg}; }
constexpr Argument sig(std::uint8_t reg) { return {"signal", K::signal, reg}; }
constexpr Argument pid(std::uint8_t reg, const char* name = "pid") { return {name, K::pid, reg}; }
constexpr Argument addr(std::uint8_t reg, const char* name = "address") { return {name, K::address, reg}; }
constexpr Argument num(std::uint8_t reg, const char* name) { return {name, K::integer, reg}; }

// clang-format off
constexpr SyscallRow kRows[] = {
    // Bytes through descriptors.
    {SYS_read, "read", both, {fd(0), size(2)}},
    {SYS_write, "write", both, {fd(0), size(2)}},
    {SYS_pread64, "pread64", both, {fd(0), size(2), num(3, "offset")}},
    {SYS_pwrite64, "pwrite64", both, {fd(0), size(2), num(3, "offset")}},
    {SYS_readv, "readv", both, {fd(0)}},
    {SYS_writev, "writev", both, {fd(0)}},
    {SYS_preadv, "preadv", both, {fd(0), num(3, "offset")}},
    {SYS_pwritev, "pwritev", both, {fd(0), num(3, "offset")}},
    {SYS_preadv2, "preadv2", both, {fd(0), num(3, "offset"), flags(5)}},
    {SYS_pwritev2, "pwritev2", both, {fd(0), num(3, "offset"), flags(5)}},
    {SYS_sendfile, "sendfile", both, {fd(0, "out_fd"), fd(1, "in_fd"), size(3)}},
    {SYS_splice, "splice", both, {fd(0, "in_fd"), fd(2, "out_fd"), size(4), flags(5)}},
    {SYS_tee, "tee", both, {fd(0, "in_fd"), fd(1, "out_fd"), size(2), flags(3)}},
    {SYS_vmsplice, "vmsplice", both, {fd(0), flags(3)}},
    {SYS_copy_file_range, "copy_file_range", both, {fd(0, "in_fd"), fd(2, "out_fd"), size(4)}},
    {SYS_getdents64, "getdents64", rest, {fd(0), size(2)}},
    {SYS_readahead, "readahead", both, {fd(0), num(1, "offset"), size(2)}},

    // Sockets.
    {SYS_socket, "socket", both, {num(0, "domain"), flags(1, "type"), num(2, "protocol")}, Extra::object},
    {SYS_socketpair, "socketpair", both, {num(0, "domain"), flags(1, "type")}, Extra::socketpair},
    {SYS_bind, "bind", both, {fd(0)}, Extra::address},
    {SYS_listen, "listen", both, {fd(0), num(1, "backlog")}, Extra::address},
    {SYS_connect, "connect", both, {fd(0)}, Extra::address},
    {SYS_accept, "accept", both, {fd(0)}, Extra::object},
    {SYS_accept4, "accept4", both, {fd(0), flags(3)}, Extra::object},
    {SYS_setsockopt, "setsockopt", entry, {fd(0), num(1, "level"), num(2, "option")}, Extra::option, Condition::socket_options},
    {SYS_shutdown, "shutdown", both, {fd(0), num(1, "how")}},
    {SYS_sendto, "sendto", both, {fd(0), size(2), flags(3)}, Extra::datagram},
    {SYS_recvfrom, "recvfrom", both, {fd(0), size(2), flags(3)}, Extra::datagram},
    {SYS_sendmsg, "sendmsg", both, {fd(0), flags(2)}, Extra::message},
    {SYS_recvmsg, "recvmsg", both, {fd(0), flags(2)}, Extra::message},
    {SYS_sendmmsg, "sendmmsg", both, {fd(0), flags(3)}, Extra::messages},
    {SYS_recvmmsg, "recvmmsg", both, {fd(0), flags(3)}, Extra::messages},

    // Descriptors.
    {SYS_open, "open", both, {flags(1)}, Extra::open},
    {SYS_openat, "openat", both, {flags(2)}, Extra::open},
    {SYS_openat2, "openat2", both, {}, Extra::open},
    {SYS_creat, "creat", both, {}, Extra::open},
    {SYS_close, "close", entry, {fd(0)}},
    {SYS_close_range, "close_range", both, {num(0, "first"), num(1, "last"), flags(2)}},
    {SYS_dup, "dup", both, {fd(0)}},
    {SYS_dup2, "dup2", both, {fd(0), fd(1, "new_fd")}},
    {SYS_dup3, "dup3", both, {fd(0), fd(1, "new_fd"), flags(2)}},
    {SYS_fcntl, "fcntl", both, {fd(0), num(1, "command"), num(2, "argument")}, Extra::lock, Condition::fcntl_changes},
    {SYS_ioctl, "ioctl", both, {fd(0), num(1, "request")}, Extra::none, Condition::ioctl_fd_state},
    {SYS_pipe, "pipe", both, {}, Extra::pipe},
    {SYS_pipe2, "pipe2", both, {flags(1)}, Extra::pipe},
    {SYS_eventfd, "eventfd", both, {num(0, "initial")}, Extra::object},
    {SYS_eventfd2, "eventfd2", both, {num(0, "initial"), flags(1)}, Extra::object},
    {SYS_timerfd_create, "timerfd_create", both, {num(0, "clock"), flags(1)}, Extra::object},
    {SYS_timerfd_settime, "timerfd_settime", both, {fd(0), flags(1)}, Extra::timer},
    {SYS_signalfd, "signalfd", both, {fd(0)}, Extra::object},
    {SYS_signalfd4, "signalfd4", both, {fd(0), flags(3)}, Extra::object},
    {SYS_inotify_init, "inotify_init", both, {}, Extra::object},
    {SYS_inotify_init1, "inotify_init1", both, {flags(0)}, Extra::object},
    {SYS_memfd_create, "memfd_create", both, {flags(1)}, Extra::object},
    {SYS_pidfd_open, "pidfd_open", both, {pid(0), flags(1)}, Extra::object},
    {SYS_pidfd_getfd, "pidfd_getfd", both, {fd(0, "pidfd"), num(1, "target_fd")}, Extra::object},
    {SYS_io_uring_setup, "io_uring_setup", both, {num(0, "entries")}, Extra::object},
    {SYS_io_uring_enter, "io_uring_enter", both, {fd(0), num(1, "to_submit"), num(2, "min_complete"), flags(3)}},

    // Waiting for descriptors.
    {SYS_epoll_create, "epoll_create", both, {}, Extra::object},
    {SYS_epoll_create1, "epoll_create1", both, {flags(0)}, Extra::object},
    {SYS_epoll_ctl, "epoll_ctl", entry, {fd(0, "epfd"), num(1, "op"), fd(2)}, Extra::epoll_ctl},
    {SYS_epoll_wait, "epoll_wait", both, {fd(0, "epfd")}, Extra::epoll},
    {SYS_epoll_pwait, "epoll_pwait", both, {fd(0, "epfd")}, Extra::epoll},
    {SYS_epoll_pwait2, "epoll_pwait2", both, {fd(0, "epfd")}, Extra::epoll},
    {SYS_poll, "poll", both, {}, Extra::poll},
    {SYS_ppoll, "ppoll", both, {}, Extra::poll},
    {SYS_select, "select", both, {}, Extra::poll},
    {SYS_pselect6, "pselect6", both, {}, Extra::poll},

    // Synchronisation.
    {SYS_futex, "futex", both, {addr(0), flags(1, "op"), num(2, "value")}, Extra::futex},
    {SYS_futex_waitv, "futex_waitv", both, {flags(2)}, Extra::futex_waitv},
    {SYS_flock, "flock", both, {fd(0), flags(1, "operation")}},
    {SYS_semget, "semget", rest, {num(0, "key"), num(1, "count")}},
    {SYS_semop, "semop", both, {num(0, "id")}, Extra::semops},
    {SYS_semtimedop, "semtimedop", both, {num(0, "id")}, Extra::semops},
    {SYS_msgsnd, "msgsnd", both, {num(0, "id"), size(2), flags(3)}},
    {SYS_msgrcv, "msgrcv", both, {num(0, "id"), size(2), num(3, "type"), flags(4)}},
    {SYS_mq_timedsend, "mq_timedsend", both, {fd(0), size(2)}},
    {SYS_mq_timedreceive, "mq_timedreceive", both, {fd(0), size(2)}},
    {SYS_sched_yield, "sched_yield", entry, {}},
    {SYS_sched_getaffinity, "sched_getaffinity", entry, {pid(0), size(1, "size")}},

    // Time.
    {SYS_clock_gettime, "clock_gettime", rest, {num(0, "clock")}},
    {SYS_gettimeofday, "gettimeofday", rest, {}},
    {SYS_time, "time", rest, {}},
    {SYS_nanosleep, "nanosleep", both, {}, Extra::timeout},
    {SYS_clock_nanosleep, "clock_nanosleep", both, {num(0, "clock"), flags(1)}, Extra::timeout},
    {SYS_alarm, "alarm", both, {}, Extra::timer},
    {SYS_setitimer, "setitimer", both, {num(0, "which")}, Extra::timer},
    {SYS_timer_settime, "timer_settime", both, {num(0, "timer"), flags(1)}, Extra::timer},

    // Processes, threads, signals.
    {SYS_clone, "clone", both, {flags(0)}, Extra::clone},
    {SYS_clone3, "clone3", both, {}, Extra::clone},
    {SYS_fork, "fork", both, {}, Extra::clone},
    {SYS_vfork, "vfork", both, {}, Extra::clone},
    {SYS_execve, "execve", both, {}, Extra::exec},
    {SYS_execveat, "execveat", both, {fd(0, "dirfd")}, Extra::exec},
    {SYS_exit, "exit", entry, {num(0, "status")}},
    {SYS_exit_group, "exit_group", entry, {num(0, "status")}},
    {SYS_set_tid_address, "set_tid_address", entry, {addr(0)}},
    {SYS_wait4, "wait4", both, {pid(0), flags(2, "options")}, Extra::wait_status},
    {SYS_waitid, "waitid", both, {num(0, "idtype"), pid(1, "id"), flags(3, "options")}, Extra::waitid},
    {SYS_kill, "kill", both, {pid(0), sig(1)}},
    {SYS_tkill, "tkill", both, {pid(0, "tid"), sig(1)}},
    {SYS_tgkill, "tgkill", both, {pid(0), pid(1, "tid"), sig(2)}},
    {SYS_rt_sigqueueinfo, "rt_sigqueueinfo", both, {pid(0), sig(1)}},
    {SYS_rt_tgsigqueueinfo, "rt_tgsigqueueinfo", both, {pid(0), pid(1, "tid"), sig(2)}},
    {SYS_pidfd_send_signal, "pidfd_send_signal", both, {fd(0), sig(1)}},
    {SYS_pause, "pause", both, {}},
    {SYS_rt_sigsuspend, "rt_sigsuspend", both, {}},
    {SYS_rt_sigtimedwait, "rt_sigtimedwait", both, {}, Extra::timeout},
    {SYS_ptrace, "ptrace", both, {num(0, "request"), pid(1)}},
    {SYS_seccomp, "seccomp", both, {num(0, "operation"), flags(1)}},
    {SYS_prctl, "prctl", both, {num(0, "option"), num(1, "value")}, Extra::none, Condition::prctl_interception},
    {SYS_arch_prctl, "arch_prctl", both, {num(0, "code")}, Extra::none, Condition::arch_prctl_gs},
    {SYS_unshare, "unshare", both, {flags(0)}},
    {SYS_setns, "setns", both, {fd(0), flags(1)}},
    {SYS_process_vm_readv, "process_vm_readv", both, {pid(0)}},
    {SYS_process_vm_writev, "process_vm_writev", both, {pid(0)}},

    // Files and memory that other processes see.
    {SYS_fsync, "fsync", both, {fd(0)}},
    {SYS_fdatasync, "fdatasync", both, {fd(0)}},
    {SYS_syncfs, "syncfs", both, {fd(0)}},
    {SYS_sync, "sync", both, {}},
    {SYS_sync_file_range, "sync_file_range", both, {fd(0), num(1, "offset"), size(2), flags(3)}},
    {SYS_msync, "msync", both, {addr(0), size(1), flags(2)}},
    {SYS_mmap, "mmap", both, {addr(0), size(1), flags(2, "prot"), flags(3), fd(4)}, Extra::none, Condition::mmap_shared},
    {SYS_shmat, "shmat", both, {num(0, "id")}},
};
// clang-format on

constexpr std::string_view kPseudoNames[] = {"thread-start", "thread-exit", "signal", "exec-done",
                                             "stopped",      "continued",   "sample"};

constexpr std::size_t kRowCount = std::size(kRows);

/// The rows above are grouped by topic for people; lookups want them by number.
constexpr auto kSorted = [] {
  std::array<SyscallRow, kRowCount> rows{};
  std::ranges::copy(kRows, rows.begin());
  std::ranges::sort(rows, {}, &SyscallRow::number);
  return rows;
}();
static_assert(std::ranges::adjacent_find(kSorted, {}, &SyscallRow::number) == kSorted.end(), "a call has two rows");

/// Position in kSorted + 1 by call number; 0 = no row.
constexpr auto kByNumber = [] {
  std::array<std::uint8_t, kSorted.back().number + 1> positions{};
  static_assert(kRowCount < 255);
  for (std::size_t i = 0; i < kRowCount; ++i) positions[kSorted[i].number] = static_cast<std::uint8_t>(i + 1);
  return positions;
}();

/// "syscall_N" for every number below kPseudoBase, so that names outlive every caller.
constexpr std::size_t kNameSize = sizeof("syscall_4095");
constexpr auto kNumberNames = [] {
  std::array<std::array<char, kNameSize>, kPseudoBase> names{};
  for (std::size_t number = 0; number < kPseudoBase; ++number) {
    std::size_t length = std::string_view("syscall_").copy(names[number].data(), kNameSize);
    std::size_t divisor = 1;
    while (number / divisor >= 10) divisor *= 10;
    for (; divisor > 0; divisor /= 10) names[number][length++] = static_cast<char>('0' + number / divisor % 10);
  }
  return names;
}();

}  // namespace

std::size_t SyscallRow::argument_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(arguments, [](const Argument& a) { return a.kind != ArgumentKind::none; }));
}

std::span<const SyscallRow> syscall_table() { return kSorted; }

const SyscallRow* find_syscall(std::uint16_t number) {
  const std::size_t position = number < kByNumber.size() ? kByNumber[number] : 0;
  return position == 0 ? nullptr : &kSorted[position - 1];
}

std::string_view event_name(std::uint16_t kind) {
  if (kind >= kPseudoBase) {
    const std::size_t pseudo = kind - kPseudoBase;
    return pseudo < std::size(kPseudoNames) ? kPseudoNames[pseudo] : "unknown-event";
  }
  const SyscallRow* row = find_syscall(kind);
  return row != nullptr ? row->name : kNumberNames[kind].data();
}

}  // namespace simrec
