// What is known of the code in a file, shared by all processes that run it: how to unwind from it, its symbols.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>

#include "recorder/symbols.h"
#include "recorder/unwind_maps.h"
#include "recorder/unwind_rule.h"

namespace simrec::record {

class CodeModule {
 public:
  explicit CodeModule(std::string path) : path_(std::move(path)) {}

  /// The rule found earlier for the instruction at this file offset (`exact`: else for the call before it).
  const FrameRule* rule(std::uint64_t file_offset, bool exact) const;
  void keep_rule(std::uint64_t file_offset, bool exact, const FrameRule& rule);
  /// Reads the file's symbols when first asked.
  const SymbolTable& symbols();

 private:
  std::string path_;
  std::unordered_map<std::uint64_t, FrameRule> rules_;
  std::optional<SymbolTable> symbols_;
};

/// All modules met. A file is known by device, inode, size and modification time, as inode numbers are used again.
class CodeModules {
 public:
  /// The module of a file or of the vDSO; nullptr for other mappings (code made at run time).
  std::shared_ptr<CodeModule> of(const Mapping& map);

 private:
  using Identity = std::tuple<std::string, std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;
  std::map<Identity, std::shared_ptr<CodeModule>> modules_;
};

}  // namespace simrec::record
