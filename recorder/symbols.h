// Names of the functions in an executable or library, from its .symtab and .dynsym or those of its debug file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace simrec::record {

/// Where distributions install separate debug files, by build-id.
inline constexpr const char* kDebugFiles = "/usr/lib/debug/.build-id";

class ElfFile;

class SymbolTable {
 public:
  /// Reads the file's symbols, and if it is stripped those of its separate debug file, where one is installed; "[vdso]"
  /// stands for the kernel's. An unreadable file gives an empty table.
  explicit SymbolTable(const std::string& path, const std::string& debug_files = kDebugFiles);

  /// Demangled name of the function that contains the byte at this file offset; "" when unknown.
  std::string function_at(std::uint64_t file_offset) const;
  bool empty() const { return symbols_.empty(); }

 private:
  struct Symbol {
    std::uint64_t start = 0, size = 0;  ///< virtual address; size 0 = up to the next symbol (assembler)
    std::uint32_t name = 0;             ///< index in names_
  };
  void add_symbols(const ElfFile& file);

  struct Segment {
    std::uint64_t offset = 0, size = 0, address = 0;
  };
  std::vector<Symbol> symbols_;
  std::vector<Segment> segments_;
  std::vector<char> names_;
};

/// C++ name as people write it; the name itself when it is not a mangled one.
std::string demangled(const std::string& name);

}  // namespace simrec::record
