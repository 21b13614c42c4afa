#include "recorder/tracee_memory.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "recorder/file_descriptor.h"

namespace simrec::record {
namespace {

/// Some sandboxes allow ptrace, but not process_vm_readv.
ssize_t read_through_proc(pid_t pid, std::uint64_t address, void* into, std::size_t bytes) {
  const FileDescriptor memory(open(("/proc/" + std::to_string(pid) + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
  return memory ? pread(memory.get(), into, bytes, static_cast<off_t>(address)) : -1;
}

}  // namespace

std::size_t TraceeMemory::read_some(std::uint64_t address, void* into, std::size_t bytes) const {
  iovec local{into, bytes};
  iovec remote{reinterpret_cast<void*>(address), bytes};
  ssize_t n = process_vm_readv(pid_, &local, 1, &remote, 1, 0);
  if (n < 0 && (errno == EPERM || errno == ENOSYS)) n = read_through_proc(pid_, address, into, bytes);
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
