#include "recorder/fast/hook_image.h"

#include <sys/syscall.h>

#include <array>
#include <cstring>
#include <span>

#include "trace-format/syscall_table.h"

extern "C" const std::uint8_t simrec_hook_image[], simrec_hook_image_end[];

namespace simrec::record {
namespace {

struct KindRow {
  std::uint16_t number;
  HookKind kind;
  std::uint8_t more_registers = 0;  ///< wanted besides those of the call's row
};

constexpr std::uint8_t bit(int reg) { return static_cast<std::uint8_t>(1 << reg); }

// Everything else stays on tier 1: calls that make processes, threads, pipes or other objects the recorder has to
// look at while the thread stands still, that must not return here at all, or that are rare.
constexpr KindRow kKinds[] = {
    {SYS_read, HOOK_PLAIN},
    {SYS_write, HOOK_PLAIN},
    {SYS_pread64, HOOK_PLAIN},
    {SYS_pwrite64, HOOK_PLAIN},
    {SYS_readv, HOOK_PLAIN},
    {SYS_writev, HOOK_PLAIN},
    {SYS_preadv, HOOK_PLAIN},
    {SYS_pwritev, HOOK_PLAIN},
    {SYS_preadv2, HOOK_PLAIN},
    {SYS_pwritev2, HOOK_PLAIN},
    {SYS_sendfile, HOOK_PLAIN},
    {SYS_splice, HOOK_PLAIN},
    {SYS_tee, HOOK_PLAIN},
    {SYS_copy_file_range, HOOK_PLAIN},
    {SYS_readahead, HOOK_PLAIN},
    {SYS_shutdown, HOOK_PLAIN},
    {SYS_close, HOOK_PLAIN},
    {SYS_dup, HOOK_PLAIN},
    {SYS_dup2, HOOK_PLAIN},
    {SYS_dup3, HOOK_PLAIN},
    {SYS_fcntl, HOOK_FCNTL},
    {SYS_ioctl, HOOK_IOCTL},
    {SYS_setsockopt, HOOK_OPTION},
    {SYS_sendto, HOOK_ADDRESSED},
    {SYS_recvfrom, HOOK_ADDRESSED},
    {SYS_sendmsg, HOOK_MESSAGE},
    {SYS_recvmsg, HOOK_MESSAGE},
    {SYS_epoll_wait, HOOK_EPOLL_WAIT, bit(3)},
    {SYS_epoll_pwait, HOOK_EPOLL_WAIT, bit(3)},
    {SYS_epoll_ctl, HOOK_EPOLL_CTL},
    {SYS_poll, HOOK_POLL, bit(1) | bit(2)},
    {SYS_ppoll, HOOK_PPOLL, bit(1)},
    {SYS_select, HOOK_SELECT},
    {SYS_pselect6, HOOK_SELECT},
    {SYS_futex, HOOK_FUTEX, bit(3) | bit(4)},
    {SYS_flock, HOOK_PLAIN},
    {SYS_sched_yield, HOOK_PLAIN},
    {SYS_msgsnd, HOOK_PLAIN},
    {SYS_msgrcv, HOOK_PLAIN},
    {SYS_nanosleep, HOOK_TIMEOUT_0},
    {SYS_clock_nanosleep, HOOK_TIMEOUT_2},
    {SYS_fsync, HOOK_PLAIN},
    {SYS_fdatasync, HOOK_PLAIN},
    {SYS_sync_file_range, HOOK_PLAIN},
    {SYS_msync, HOOK_PLAIN},
    {SYS_open, HOOK_OPEN_0},
    {SYS_creat, HOOK_OPEN_0},
    {SYS_openat, HOOK_OPEN_1},
    {SYS_socket, HOOK_SOCKET},
    {SYS_accept, HOOK_ACCEPT},
    {SYS_accept4, HOOK_ACCEPT},
    {SYS_bind, HOOK_NAME_SOCKET},
    {SYS_connect, HOOK_NAME_SOCKET},
};

std::array<HookSpec, HOOK_SYSCALLS> make_specs() {
  std::array<HookSpec, HOOK_SYSCALLS> specs{};
  for (const KindRow& kind : kKinds) {
    const SyscallRow* row = find_syscall(kind.number);
    std::uint8_t registers = kind.more_registers;
    for (const Argument& argument : row->arguments)
      if (argument.kind != ArgumentKind::none) registers = static_cast<std::uint8_t>(registers | bit(argument.reg));
    specs[kind.number] = {kind.kind, registers};
  }
  return specs;
}

const std::array<HookSpec, HOOK_SYSCALLS>& specs() {
  static const auto made = make_specs();
  return made;
}

std::span<const std::uint8_t> image() { return {simrec_hook_image, simrec_hook_image_end}; }

}  // namespace

const HookTable& hook_table() {
  static const HookTable table = [] {
    HookTable read;
    std::memcpy(&read, image().data(), sizeof read);
    return read;
  }();
  return table;
}

std::vector<std::uint8_t> hook_code() {
  std::vector<std::uint8_t> code(image().begin(), image().end());
  std::memcpy(code.data() + (hook_table().specs - HOOK_CODE_ADDRESS), specs().data(), sizeof specs());
  return code;
}

HookSpec hook_spec(std::uint64_t number) { return number < HOOK_SYSCALLS ? specs()[number] : HookSpec{}; }

ExemptRange hook_gate() { return {hook_table().gate + 2, hook_table().gate_end}; }

}  // namespace simrec::record
