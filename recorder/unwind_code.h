// The code of one process: its mappings, and where their unwind tables are.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "recorder/unwind_maps.h"
#include "recorder/unwind_modules.h"
#include "recorder/unwind_table.h"

namespace simrec::record {

/// Where a mapping's binary search table of unwind information is, in the form libunwind searches.
struct UnwindTable {
  std::uint64_t start = 0, end = 0;  ///< code it describes
  std::uint64_t base = 0, entries = 0, count = 0;
  std::vector<UnwindTableEntry> built;  ///< ours, read by libunwind at kBuiltTables + start
};

/// Where tables that we built seem to be: no user address has this bit.
inline constexpr std::uint64_t kBuiltTables = 1ULL << 63;

class ProcessCode {
 public:
  ProcessCode(pid_t pid, CodeModules& modules) : pid_(pid), modules_(modules) {}

  /// A new stack begins: mappings may be looked at again.
  void new_stack() { looked_ = false; }
  /// The executable mapping of an address; re-reads the maps at most once per stack when there is none (a library
  /// loaded since), and ever more rarely when that finds nothing new.
  const Mapping* code_at(std::uint64_t address);
  const std::vector<Mapping>& maps() const { return maps_; }
  /// Grows when code that was known has gone, so that what was kept by address must go, too.
  std::uint64_t generation() const { return generation_; }

  /// The module behind an executable mapping; nullptr for code made at run time.
  CodeModule* module_of(const Mapping& code) { return known(code).module.get(); }
  /// nullptr when the mapping has no unwind information.
  const UnwindTable* table_of(const Mapping& code);
  /// True when the eight bytes before this address end in a call instruction.
  bool follows_call(std::uint64_t address);
  /// True when this is the instruction pair by which a signal handler returns.
  bool is_signal_return(std::uint64_t address);
  /// A word of read-only memory, or of a table that we built; nullopt when it is neither.
  std::optional<std::uint64_t> constant_word(std::uint64_t address);

 private:
  static constexpr std::uint64_t kPage = 4096;
  using Page = std::array<char, kPage>;
  struct Code {
    std::shared_ptr<CodeModule> module;
    bool table_looked_for = false;
    std::optional<UnwindTable> table;
  };

  template <class T>
  std::optional<T> read(std::uint64_t address);
  bool read_bytes(std::uint64_t address, char* to, std::size_t size);
  Code& known(const Mapping& code);
  void read_maps_again();
  /// Where a file's ELF header is mapped: the nearest mapping of its offset 0 below the code; nullptr when nowhere.
  const Mapping* first_of(const Mapping& code) const;
  bool is_made_at_run_time(const Mapping& code);
  std::optional<UnwindTable> find_table(const Mapping& code);

  pid_t pid_;
  CodeModules& modules_;
  std::vector<Mapping> maps_;
  bool looked_ = false;
  unsigned useless_looks_ = 0, looks_to_skip_ = 0;
  std::uint64_t generation_ = 0;
  std::unordered_map<std::uint64_t, Code> codes_;  ///< by start of the mapping
  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace simrec::record
