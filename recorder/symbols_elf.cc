#include "recorder/symbols_elf.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>

namespace simrec::record {

std::optional<ElfFile> ElfFile::open(const std::string& path) {
  ElfFile file;
  file.fd_ = FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a FIFO must not block us
  struct stat status {};
  if (!file.fd_ || fstat(file.fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
  file.size_ = static_cast<std::uint64_t>(status.st_size);
  const auto header = file.read<Elf64_Ehdr>(0, 1);
  if (header.empty() || std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) != 0 ||
      header[0].e_ident[EI_CLASS] != ELFCLASS64 || header[0].e_ident[EI_DATA] != ELFDATA2LSB)
    return std::nullopt;
  if (header[0].e_phentsize == sizeof(Elf64_Phdr))
    file.segments_ = file.read<Elf64_Phdr>(header[0].e_phoff, header[0].e_phnum);
  if (header[0].e_shentsize == sizeof(Elf64_Shdr))
    file.sections_ = file.read<Elf64_Shdr>(header[0].e_shoff, header[0].e_shnum);
  if (header[0].e_shstrndx < file.sections_.size()) {
    const Elf64_Shdr& names = file.sections_[header[0].e_shstrndx];
    file.section_names_ = file.read<char>(names.sh_offset, names.sh_size);
    if (!file.section_names_.empty()) file.section_names_.back() = '\0';
  }
  return file;
}

const Elf64_Shdr* ElfFile::section(std::string_view name) const {
  for (const Elf64_Shdr& section : sections_)
    if (section.sh_name < section_names_.size() && name == &section_names_[section.sh_name]) return &section;
  return nullptr;
}

bool ElfFile::read_bytes(std::uint64_t offset, void* to, std::size_t size) const {
  if (offset > size_ || size > size_ - offset) return false;
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t n = pread(fd_.get(), at, size, static_cast<off_t>(offset));
    if (n <= 0) return false;
    at += n;
    offset += static_cast<std::uint64_t>(n);
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

std::string ElfFile::build_id() const {
  for (const Elf64_Phdr& segment : segments_) {
    if (segment.p_type != PT_NOTE || segment.p_filesz > 65536) continue;
    const auto notes = read<char>(segment.p_offset, segment.p_filesz);
    for (std::size_t at = 0; at + sizeof(Elf64_Nhdr) <= notes.size();) {
      Elf64_Nhdr note;
      std::memcpy(&note, &notes[at], sizeof note);
      const auto padded = [](std::size_t n) { return (n + 3) & ~std::size_t{3}; };
      const std::size_t name = at + sizeof note, value = name + padded(note.n_namesz),
                        next = value + padded(note.n_descsz);
      if (value + note.n_descsz > notes.size()) break;
      if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(&notes[name], "GNU", 4) == 0)
        return {&notes[value], note.n_descsz};
      at = next;
    }
  }
  return "";
}

}  // namespace simrec::record
