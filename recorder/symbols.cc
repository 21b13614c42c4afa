#include "recorder/symbols.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "recorder/symbols_debug.h"
#include "recorder/symbols_elf.h"
#include "recorder/unwind_maps.h"

namespace simrec::record {

SymbolTable::SymbolTable(const std::string& path, const std::string& debug_files) {
  const auto file = path == kVdsoPath ? open_vdso() : ElfFile::open(path);
  if (!file) return;
  for (const Elf64_Phdr& segment : file->segments())
    if (segment.p_type == PT_LOAD) segments_.push_back({segment.p_offset, segment.p_filesz, segment.p_vaddr});
  add_symbols(*file);
  const bool stripped = std::ranges::none_of(file->sections(), [](const auto& s) { return s.sh_type == SHT_SYMTAB; });
  if (const auto debug = stripped ? open_debug_file(file->build_id(), debug_files) : std::nullopt) add_symbols(*debug);
  // Of aliases at one address the shortest name is the public one (read, not __libc_read).
  std::ranges::sort(symbols_, [this](const Symbol& a, const Symbol& b) {
    if (a.start != b.start) return a.start < b.start;
    const std::string_view first(&names_[a.name]), second(&names_[b.name]);
    return first.size() != second.size() ? first.size() < second.size() : first < second;
  });
  const auto aliases = std::ranges::unique(symbols_, {}, &Symbol::start);
  symbols_.erase(aliases.begin(), aliases.end());
}

void SymbolTable::add_symbols(const ElfFile& file) {
  for (const Elf64_Shdr& section : file.sections()) {
    if ((section.sh_type != SHT_SYMTAB && section.sh_type != SHT_DYNSYM) || section.sh_entsize != sizeof(Elf64_Sym) ||
        section.sh_link >= file.sections().size())
      continue;
    const Elf64_Shdr& strings = file.sections()[section.sh_link];
    const auto names = file.read<char>(strings.sh_offset, strings.sh_size);
    if (names.empty() || names.back() != '\0' || names_.size() + names.size() > UINT32_MAX) continue;
    const auto base = static_cast<std::uint32_t>(names_.size());
    names_.insert(names_.end(), names.begin(), names.end());
    for (const Elf64_Sym& symbol : file.read<Elf64_Sym>(section.sh_offset, section.sh_size / sizeof(Elf64_Sym))) {
      const unsigned type = ELF64_ST_TYPE(symbol.st_info);
      const bool function = type == STT_FUNC || type == STT_GNU_IFUNC || (type == STT_NOTYPE && symbol.st_size > 0);
      if (!function || symbol.st_shndx == SHN_UNDEF || symbol.st_name >= names.size() || names[symbol.st_name] == '\0')
        continue;
      symbols_.push_back({symbol.st_value, symbol.st_size, base + symbol.st_name});
    }
  }
}

std::string SymbolTable::function_at(std::uint64_t file_offset) const {
  const auto segment = std::ranges::find_if(
      segments_, [&](const Segment& s) { return file_offset >= s.offset && file_offset - s.offset < s.size; });
  if (segment == segments_.end()) return "";
  const std::uint64_t address = segment->address + (file_offset - segment->offset);
  const auto after = std::ranges::upper_bound(symbols_, address, {}, &Symbol::start);
  if (after == symbols_.begin()) return "";
  const Symbol& symbol = *std::prev(after);
  if (symbol.size > 0 && address - symbol.start >= symbol.size) return "";
  return demangled(&names_[symbol.name]);
}

std::string demangled(const std::string& name) {
  if (!name.starts_with("_Z")) return name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 && text ? std::string(text.get()) : name;
}

}  // namespace simrec::record
