// Makes a stopped thread of a traced program do system calls for the recorder.
#pragma once

#include <signal.h>
#include <sys/types.h>
#include <sys/user.h>

#include <array>
#include <cstdint>
#include <optional>

#include "recorder/ptrace.h"

namespace simrec::record {

using Registers = user_regs_struct;

std::optional<Registers> get_registers(pid_t tid);
bool set_registers(pid_t tid, const Registers& registers);

/// Signals a thread blocks, as the kernel keeps them.
std::optional<std::uint64_t> get_signal_mask(pid_t tid);
bool set_signal_mask(pid_t tid, std::uint64_t mask);

/// Waits for the next stop of one thread, which must come soon. False when it is ending instead: that is left to
/// whoever waits for all threads.
bool wait_for_stop(pid_t tid, int& status);

/// A thread stopped at the entry of a traced call, borrowed: signals are blocked, and restore() puts it back
/// before the call as if nothing had happened. If the thread dies meanwhile, all calls fail.
class BorrowedThread {
 public:
  using Arguments = std::array<std::uint64_t, 6>;
  explicit BorrowedThread(pid_t tid);
  BorrowedThread(const BorrowedThread&) = delete;
  BorrowedThread& operator=(const BorrowedThread&) = delete;

  bool usable() const { return usable_; }
  /// Registers at the stop, for restore(); changes are taken over.
  Registers& registers() { return saved_; }

  /// Does the call in place of the one the thread is stopped at. Only once, and first. -errno on failure.
  std::int64_t replace_call(std::uint64_t number, const Arguments& arguments);
  /// Does a call through the hook's code, which must be there. -errno on failure.
  std::int64_t call(std::uint64_t number, const Arguments& arguments);
  /// The thread will do its call again from the start, at `instruction`.
  void restore(std::uint64_t instruction);

 private:
  Registers with_arguments(const Arguments& arguments) const;
  /// Lets the thread go on from there to the stop that is waited for; nullopt when it dies.
  template <class IsTheStop>
  std::optional<Registers> run(const Registers& registers, Resume how, IsTheStop&& is_the_stop);

  pid_t tid_;
  bool usable_ = false;
  Registers saved_{};
  std::uint64_t mask_ = 0;
};

}  // namespace simrec::record
