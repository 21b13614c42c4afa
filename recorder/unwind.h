// Return addresses on a stopped thread's stack. The unwind rule of an instruction is read from the tables once, by
// libunwind; from then on a step is a hash lookup and a few loads from a copy of the stack.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "recorder/unwind_code.h"
#include "recorder/unwind_libunwind.h"
#include "recorder/unwind_modules.h"
#include "recorder/unwind_rule.h"

namespace simrec::record {

inline constexpr std::size_t kMaxFrames = 64;

/// Registers of a ptrace-stopped thread; nullopt when it is gone.
std::optional<UserRegisters> user_registers(pid_t tid);

/// One address space; keeps the rules of the addresses met in it.
class Unwinder {
 public:
  /// `modules` is shared by the unwinders of a recording and outlives them.
  Unwinder(pid_t pid, CodeModules& modules);

  /// Frames of a thread of this address space that does not run, innermost first, at most kMaxFrames. Ends early at
  /// the first address that is no mapped code, and where code without unwind information left no frame pointer.
  const std::vector<RawFrame>& unwind(const UserRegisters& registers);

  ProcessCode& code() { return code_; }

 private:
  /// What is known of an address that was an instruction pointer (`exact`) or a return address.
  struct Known {
    FrameRule rule;
    bool is_code = false;
    bool follows_call = false;  ///< of guesses' results: once it did, it does
  };

  Known& known(const RawFrame& frame);
  FrameRule find_rule(const Mapping& map, const RawFrame& frame);
  bool is_caller(const RawFrame& frame);

  ProcessCode code_;
  StackMemory stack_;
  TableReader tables_;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::uint64_t, Known> known_;  ///< by address, return addresses with the top bit set
  std::vector<RawFrame> frames_;
};

}  // namespace simrec::record
