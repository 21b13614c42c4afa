#include "recorder/unwind_table.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "recorder/symbols_elf.h"

namespace simrec::record {
namespace {

constexpr unsigned char kPcRelativeInt32 = 0x1b;  // DW_EH_PE_pcrel | DW_EH_PE_sdata4

template <class T>
T at(const std::vector<char>& bytes, std::size_t offset) {
  T value{};
  if (offset <= bytes.size() && sizeof value <= bytes.size() - offset)
    std::memcpy(&value, &bytes[offset], sizeof value);
  return value;
}

void skip_leb128(const std::vector<char>& bytes, std::size_t& offset) {
  while (offset < bytes.size() && (bytes[offset] & 0x80) != 0) ++offset;
  ++offset;
}

/// How the descriptions under this CIE (at `offset`) write code addresses; 0xff = in no way known here.
unsigned char address_encoding(const std::vector<char>& bytes, std::size_t offset) {
  std::size_t i = offset + 9;  // length, id, version
  const std::size_t end = std::min(bytes.size(), i + 16);
  const auto nul = std::find(bytes.begin() + static_cast<std::ptrdiff_t>(std::min(i, end)),
                             bytes.begin() + static_cast<std::ptrdiff_t>(end), '\0');
  const std::string_view augmentation(bytes.data() + i, static_cast<std::size_t>(nul - bytes.begin()) - i);
  if (!augmentation.starts_with('z')) return 0xff;
  i += augmentation.size() + 1;
  for (int field = 0; field < 4; ++field) skip_leb128(bytes, i);  // alignments, return register, augmentation size
  for (const char c : augmentation.substr(1)) {
    if (c == 'R') return at<unsigned char>(bytes, i);
    if (c == 'P') {  // encoding, then a pointer: only the usual 4-byte ones are known here
      if ((at<unsigned char>(bytes, i) & 0x0b) != 0x0b && (at<unsigned char>(bytes, i) & 0x0f) != 0x03) return 0xff;
      i += 5;
    } else if (c == 'L') {
      i += 1;
    } else if (c != 'S' && c != 'B') {
      return 0xff;
    }
  }
  return 0xff;
}

}  // namespace

BuiltUnwindTable build_unwind_table(const std::string& path) {
  BuiltUnwindTable table;
  const auto file = ElfFile::open(path);
  const Elf64_Shdr* section = file ? file->section(".eh_frame") : nullptr;
  if (section == nullptr || section->sh_size > INT32_MAX) return table;
  table.eh_frame_address = section->sh_addr;
  const auto bytes = file->read<char>(section->sh_offset, section->sh_size);
  std::unordered_map<std::size_t, unsigned char> encodings;  // by offset of the CIE
  for (std::size_t offset = 0; offset + 8 <= bytes.size();) {
    const auto length = at<std::uint32_t>(bytes, offset);
    if (length == 0xffffffff) break;  // 64-bit DWARF
    if (length < 4) {                 // terminator: there may be another object's part behind it
      offset += 4;
      continue;
    }
    const auto id = at<std::uint32_t>(bytes, offset + 4);
    if (id != 0 && id <= offset + 4) {
      const std::size_t cie = offset + 4 - id;
      const auto [known, fresh] = encodings.try_emplace(cie);
      if (fresh) known->second = address_encoding(bytes, cie);
      const std::int64_t code = static_cast<std::int64_t>(offset) + 8 + at<std::int32_t>(bytes, offset + 8);
      if (known->second == kPcRelativeInt32 && code >= INT32_MIN && code <= INT32_MAX)
        table.entries.push_back({static_cast<std::int32_t>(code), static_cast<std::int32_t>(offset)});
    }
    offset += 4 + std::size_t{length};
  }
  std::ranges::sort(table.entries, {}, &UnwindTableEntry::code);
  return table;
}

}  // namespace simrec::record
