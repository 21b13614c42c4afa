// How to get from a function to its caller at one instruction: what unwind tables say there, in a form that is
// applied in nanoseconds.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace simrec::record {

/// Registers of user code that a call stack can depend on; the others belong to nobody after a call.
struct UserRegisters {
  std::uint64_t rip = 0, rsp = 0, rbp = 0, rbx = 0, r12 = 0, r13 = 0, r14 = 0, r15 = 0;
};

/// Where a frame stands: what a step needs and changes.
struct FrameState {
  std::uint64_t ip = 0, sp = 0, fp = 0;
  bool exact = true;  ///< ip is an instruction to be executed; false: a return address, its call is just before
};

/// A thread's stack, read in windows rather than words: one process_vm_readv serves a usual stack.
class StackMemory {
 public:
  explicit StackMemory(pid_t pid) : pid_(pid) {}

  /// Forgets what was read: the thread has run since. The first window begins at `sp`.
  void restart(std::uint64_t sp);
  /// The word at this address; nullopt when it is not readable or the stack is spread over too many places.
  std::optional<std::uint64_t> word(std::uint64_t address);

 private:
  static constexpr std::size_t kWindowWords = 1024, kMaxWindows = 6;
  struct Window {
    std::uint64_t start = 0;
    std::size_t words = 0;
    std::array<std::uint64_t, kWindowWords> content;
  };
  bool read_window(std::uint64_t start, std::size_t words);

  pid_t pid_;
  std::size_t used_ = 0;
  std::size_t first_words_ = 128;  ///< grows to what this process's stacks take
  std::array<Window, kMaxWindows> windows_;
};

/// One step outwards. The CFA (the stack pointer before the call) is sp or fp plus an offset, or a word read there;
/// return address and caller's frame pointer lie at fixed distances. Everything else is `complex`.
struct FrameRule {
  enum class Kind : std::uint8_t {
    outermost,  ///< nobody called this function
    offsets,    ///< the usual: see below
    signal,     ///< the kernel's signal frame: the interrupted registers lie above sp
    guess,      ///< no unwind information: by frame pointer if what it points at looks like a frame
    complex,    ///< depends on other registers: libunwind walks the whole stack
  };
  enum class Base : std::uint8_t { sp, fp, cfa };

  Kind kind = Kind::outermost;
  Base cfa_base = Base::sp;  ///< sp or fp
  bool cfa_is_read = false;  ///< CFA = word at (base + cfa_offset), plus read_offset
  std::int32_t cfa_offset = 0, read_offset = 0;
  std::int32_t return_offset = 0;  ///< from the CFA
  bool fp_is_saved = false;        ///< else the caller's frame pointer is ours
  Base fp_base = Base::cfa;
  std::int32_t fp_offset = 0;

  /// The caller's state by an `offsets`, `signal` or `guess` rule; nullopt when memory says otherwise: unreadable, or a
  /// stack that does not grow. A guess is only as good as `fp`: check that its ip follows a call.
  std::optional<FrameState> apply(const FrameState& from, StackMemory& memory) const;
};

}  // namespace simrec::record
