#include "recorder/tracee_memory.h"

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace simrec::record {

std::size_t TraceeMemory::read_some(std::uint64_t address, void* into, std::size_t bytes) const {
  iovec local{into, bytes};
  iovec remote{reinterpret_cast<void*>(address), bytes};
  const ssize_t n = process_vm_readv(pid_, &local, 1, &remote, 1, 0);
  return n < 0 ? 0 : static_cast<std::size_t>(n);
}

std::optional<std::string> TraceeMemory::read_string(std::uint64_t address, std::size_t limit) const {
  if (address == 0) return std::nullopt;
  std::string text;
  std::array<char, 256> chunk;
  // Never across a page boundary beyond the first chunk: a string may end just before an unmapped page.
  while (text.size() < limit) {
    const std::size_t to_page_end = 4096 - (address & 4095);
    const std::size_t want = std::min({chunk.size(), to_page_end, limit - text.size()});
    const std::size_t got = read_some(address, chunk.data(), want);
    if (got == 0) return std::nullopt;
    const void* end = std::memchr(chunk.data(), 0, got);
    if (end != nullptr)
      return text.append(chunk.data(), static_cast<std::size_t>(static_cast<const char*>(end) - chunk.data()));
    text.append(chunk.data(), got);
    address += got;
  }
  return text;
}

}  // namespace simrec::record
