// Decoders of the details of calls that live in the program's memory or in the kernel: one pair of
// functions per `Extra` of the system call table.
#pragma once

#include <fcntl.h>

#include <array>
#include <span>

#include "recorder/object_registry.h"
#include "recorder/tracee.h"
#include "recorder/tracee_memory.h"

namespace simrec::record {

/// A loss, see TraceSink::lose().
inline constexpr const char* kUnreadableDetails = "details of calls, in memory that could not be read";

/// A call being decoded, while its thread is stopped.
struct CallContext {
  TracedThread& thread;
  TracedProcess& process;
  CurrentCall& call;
  ObjectRegistry& objects;
  TraceSink& sink;
  TraceeMemory memory;
  std::int64_t result = 0;  ///< at exit

  std::uint64_t reg(std::size_t i) const { return call.registers[i]; }
  int fd(std::size_t i) const { return static_cast<int>(call.registers[i]); }
  bool failed() const { return result < 0; }
  void add(std::int64_t value) { call.arguments.push_back(value); }
  void add(ObjectId id) { add(static_cast<std::int64_t>(id.value)); }
  void add(StringId id) { add(static_cast<std::int64_t>(id.value)); }
  /// Text of the program, interned; {0} and the unknown flag when not readable.
  StringId string_at(std::uint64_t address);
  /// Says that details could not be read.
  void unknown() {
    call.flags |= kUnknown;
    sink.lose(kUnreadableDetails);
  }
};

/// Appends the arguments that the call's row takes from registers.
void add_register_arguments(CurrentCall& call);

using Decode = void (*)(CallContext&);

/// What an Extra needs at entry and exit; nullptr = nothing.
struct Decoder {
  Decode at_entry = nullptr;
  Decode at_exit = nullptr;
};

/// Decoder of an Extra; {} for Extra::none.
Decoder decoder_of(Extra extra);
/// Decoder of a call's row: that of its Extra, or one of the few calls that change what the recorder knows
/// of a process without having extras.
Decoder decoder_of(const SyscallRow& row);

// By theme; see the .cc of that name.
namespace decode_files {
void open_exit(CallContext& c);
void created_object_exit(CallContext& c);
void pipe_exit(CallContext& c);
void lock_entry(CallContext& c);
/// The four arguments of a lock command.
void lock_details(CallContext& c, const struct flock& lock);
void fcntl_exit(CallContext& c);
void io_uring_exit(CallContext& c);
void io_uring_submitted(CallContext& c);
}  // namespace decode_files

namespace decode_sockets {
void socketpair_exit(CallContext& c);
void address_exit(CallContext& c);
void datagram_exit(CallContext& c);
void message_exit(CallContext& c);
void messages_exit(CallContext& c);
void option_entry(CallContext& c);
/// What setsockopt sets: `value` is one int, or two if there are as many; 0 = not even one. Of SO_LINGER the seconds
/// that close() waits, 0 = it does not.
void option_details(CallContext& c, std::uint64_t value);
}  // namespace decode_sockets

namespace decode_waiting {
void timeout_entry(CallContext& c);
void epoll_exit(CallContext& c);
void poll_entry(CallContext& c);
void poll_exit(CallContext& c);
/// What select reports ready: (fd, revents) of each descriptor in one of the sets (to read, to write, exceptions).
using DescriptorSets = std::array<std::span<const std::uint64_t>, 3>;
void add_selected(CallContext& c, const DescriptorSets& sets);
void epoll_ctl_entry(CallContext& c);
void timer_entry(CallContext& c);
}  // namespace decode_waiting

namespace decode_sync {
void futex_entry(CallContext& c);
/// All extras of a futex call whose timeout is known: in ns from its entry, -1 = none.
void futex_details(CallContext& c, Ns timeout_ns);
void futex_waitv_entry(CallContext& c);
void semops_entry(CallContext& c);
void shared_mapping_exit(CallContext& c);
}  // namespace decode_sync

/// Is a futex operation's timeout a point in time; of which clock?
bool futex_timeout_is_absolute(std::uint64_t operation);
bool futex_is_real_time(std::uint64_t operation);

namespace decode_processes {
void clone_entry(CallContext& c);
void clone_exit(CallContext& c);
void exec_entry(CallContext& c);
void wait_status_exit(CallContext& c);
void waitid_exit(CallContext& c);
void set_tid_address_entry(CallContext& c);
void ptrace_exit(CallContext& c);
void seccomp_exit(CallContext& c);
void prctl_exit(CallContext& c);
void namespace_exit(CallContext& c);
}  // namespace decode_processes

}  // namespace simrec::record
