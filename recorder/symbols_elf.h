// The few parts of a 64-bit little-endian ELF file that the recorder reads. Files are untrusted: every offset is
// checked.
#pragma once

#include <elf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recorder/file_descriptor.h"

namespace simrec::record {

class ElfFile {
 public:
  /// nullopt when the file cannot be read or is no such ELF file.
  static std::optional<ElfFile> open(const std::string& path);

  const std::vector<Elf64_Phdr>& segments() const { return segments_; }
  const std::vector<Elf64_Shdr>& sections() const { return sections_; }

  /// The section of this name; nullptr when there is none.
  const Elf64_Shdr* section(std::string_view name) const;

  /// `count` objects at a file offset; empty when they are not all there or exceed 512 MiB.
  template <class T>
  std::vector<T> read(std::uint64_t offset, std::uint64_t count) const {
    if (count > kMaxBytes / sizeof(T)) return {};
    std::vector<T> items(count);
    if (!read_bytes(offset, items.data(), count * sizeof(T))) items.clear();
    return items;
  }

  /// The GNU build-id, raw bytes; "" when there is none.
  std::string build_id() const;

 private:
  static constexpr std::uint64_t kMaxBytes = 512ULL << 20;
  ElfFile() = default;
  bool read_bytes(std::uint64_t offset, void* to, std::size_t size) const;

  FileDescriptor fd_;
  std::uint64_t size_ = 0;
  std::vector<Elf64_Phdr> segments_;
  std::vector<Elf64_Shdr> sections_;
  std::vector<char> section_names_;
};

}  // namespace simrec::record
