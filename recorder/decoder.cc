#include "recorder/decoder.h"

#include <sys/syscall.h>

namespace simrec::record {
namespace {

struct ExtraDecoder {
  Extra extra;
  Decoder decoder;
};

constexpr ExtraDecoder kExtraDecoders[] = {
    {Extra::open, {nullptr, decode_files::open_exit}},
    {Extra::object, {nullptr, decode_files::created_object_exit}},
    {Extra::pipe, {nullptr, decode_files::pipe_exit}},
    {Extra::socketpair, {nullptr, decode_sockets::socketpair_exit}},
    {Extra::address, {nullptr, decode_sockets::address_exit}},
    {Extra::datagram, {nullptr, decode_sockets::datagram_exit}},
    {Extra::message, {nullptr, decode_sockets::message_exit}},
    {Extra::messages, {nullptr, decode_sockets::messages_exit}},
    {Extra::option, {decode_sockets::option_entry, nullptr}},
    {Extra::timeout, {decode_waiting::timeout_entry, nullptr}},
    {Extra::epoll, {decode_waiting::timeout_entry, decode_waiting::epoll_exit}},
    {Extra::poll, {decode_waiting::poll_entry, decode_waiting::poll_exit}},
    {Extra::epoll_ctl, {decode_waiting::epoll_ctl_entry, nullptr}},
    {Extra::futex, {decode_sync::futex_entry, nullptr}},
    {Extra::futex_waitv, {decode_sync::futex_waitv_entry, nullptr}},
    {Extra::timer, {decode_waiting::timer_entry, nullptr}},
    {Extra::wait_status, {nullptr, decode_processes::wait_status_exit}},
    {Extra::waitid, {nullptr, decode_processes::waitid_exit}},
    {Extra::clone, {decode_processes::clone_entry, decode_processes::clone_exit}},
    {Extra::exec, {decode_processes::exec_entry, nullptr}},
    {Extra::lock, {decode_files::lock_entry, decode_files::fcntl_exit}},
    {Extra::semops, {decode_sync::semops_entry, nullptr}},
};

struct CallDecoder {
  std::uint16_t number;
  Decoder decoder;
};

/// 32-bit kinds have undefined upper halves in their registers.
std::int64_t argument_value(const Argument& argument, std::uint64_t value) {
  switch (argument.kind) {
    case ArgumentKind::fd:
    case ArgumentKind::pid:
    case ArgumentKind::signal:
      return static_cast<std::int32_t>(value);
    default:
      return static_cast<std::int64_t>(value);
  }
}

constexpr CallDecoder kCallDecoders[] = {
    {SYS_mmap, {nullptr, decode_sync::shared_mapping_exit}},
    {SYS_shmat, {nullptr, decode_sync::shared_mapping_exit}},
    {SYS_io_uring_setup, {nullptr, decode_files::io_uring_exit}},
    {SYS_io_uring_enter, {nullptr, decode_files::io_uring_submitted}},
    {SYS_ptrace, {nullptr, decode_processes::ptrace_exit}},
    {SYS_seccomp, {nullptr, decode_processes::seccomp_exit}},
    {SYS_prctl, {nullptr, decode_processes::prctl_exit}},
    {SYS_unshare, {nullptr, decode_processes::namespace_exit}},
    {SYS_setns, {nullptr, decode_processes::namespace_exit}},
    {SYS_set_tid_address, {decode_processes::set_tid_address_entry, nullptr}},
};

}  // namespace

StringId CallContext::string_at(std::uint64_t address) {
  const auto text = memory.read_string(address);
  if (!text) {
    if (address != 0) unknown();
    return {};
  }
  return sink.intern(*text);
}

void add_register_arguments(CurrentCall& call) {
  for (const Argument& argument : call.row->arguments)
    if (argument.kind != ArgumentKind::none)
      call.arguments.push_back(argument_value(argument, call.registers[argument.reg]));
}

Decoder decoder_of(Extra extra) {
  for (const ExtraDecoder& entry : kExtraDecoders)
    if (entry.extra == extra) return entry.decoder;
  return {};
}

Decoder decoder_of(const SyscallRow& row) {
  for (const CallDecoder& entry : kCallDecoders)
    if (entry.number == row.number) return entry.decoder;
  return decoder_of(row.extra);
}

}  // namespace simrec::record
