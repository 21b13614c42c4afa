// Stopping a thread with PTRACE_INTERRUPT so that the program does not notice.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace simrec::record {

/// The call a thread was in when it was interrupted; the kernel restarts it when the thread goes on.
struct InterruptedCall {
  std::uint64_t number = 0;
  std::array<std::uint64_t, 6> arguments{};
};

/// To be called in the stop that PTRACE_INTERRUPT made (PTRACE_EVENT_STOP), before the thread goes on. Most
/// interrupted calls are restarted by the kernel; epoll_wait and a few others fail with EINTR instead. Those are
/// made to restart unless a signal handler really runs. nullopt when the thread was in no call.
std::optional<InterruptedCall> restart_interrupted_call(pid_t tid);

/// Address that the kernel clears and wakes when the thread ends, where the C library is glibc; else 0.
std::uint64_t clear_tid_address_of(pid_t tid);

}  // namespace simrec::record
