#include "recorder/symbols_debug.h"

#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include "recorder/unwind_maps.h"

namespace simrec::record {

std::optional<ElfFile> open_debug_file(const std::string& build_id, const std::string& root) {
  if (build_id.size() < 2) return std::nullopt;
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string path = root + "/";
  for (std::size_t i = 0; i < build_id.size(); ++i) {
    const auto byte = static_cast<unsigned char>(build_id[i]);
    path += kDigits[byte >> 4];
    path += kDigits[byte & 15];
    if (i == 0) path += '/';
  }
  auto file = ElfFile::open(path + ".debug");
  if (file && file->build_id() != build_id) file.reset();
  return file;
}

std::optional<ElfFile> open_vdso() {
  const auto maps = read_maps(getpid());
  const Mapping* image = find_mapping(maps, getauxval(AT_SYSINFO_EHDR));
  if (image == nullptr) return std::nullopt;
  // Files are what ElfFile checks against their ends; so make it one.
  const FileDescriptor copy(memfd_create("vdso", MFD_CLOEXEC));
  const std::size_t size = image->end - image->start;
  if (!copy || write(copy.get(), reinterpret_cast<const void*>(image->start), size) != static_cast<ssize_t>(size))
    return std::nullopt;
  return ElfFile::open("/proc/self/fd/" + std::to_string(copy.get()));
}

}  // namespace simrec::record
