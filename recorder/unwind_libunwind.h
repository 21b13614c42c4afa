// libunwind's reading of unwind tables, in two ways: as a rule for one instruction, and as a walk over a whole stack.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "recorder/unwind_code.h"
#include "recorder/unwind_rule.h"

namespace simrec::record {

/// One frame of a stack.
struct RawFrame {
  std::uint64_t address = 0;
  bool exact = true;  ///< false: a return address, its call is the instruction before
  bool operator==(const RawFrame&) const = default;
};

class TableReader {
 public:
  explicit TableReader(ProcessCode& code);
  ~TableReader();
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  /// The rule at an instruction of mapped code. libunwind takes one step from registers that hold names instead of
  /// values, over memory that does the same; what its result is made of is the rule.
  FrameRule rule_at(std::uint64_t instruction);

  /// The stack of a thread with these registers, innermost first, by libunwind alone: at most `limit` frames, up to the
  /// first address that is no code.
  std::vector<RawFrame> walk(const UserRegisters& registers, StackMemory& stack, std::size_t limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simrec::record
