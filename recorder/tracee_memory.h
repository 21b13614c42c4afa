// Reads the memory of a traced process: one process_vm_readv per read, never word by word.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace simrec::record {

/// Bounds what a traced program can make the recorder read at once.
inline constexpr std::size_t kMaxReadBytes = 1 << 20;

class TraceeMemory {
 public:
  explicit TraceeMemory(pid_t pid) : pid_(pid) {}

  /// Bytes read, from the start of the range; less than asked when part is unmapped.
  std::size_t read_some(std::uint64_t address, void* into, std::size_t bytes) const;

  /// A whole value; nullopt when address is 0 or not readable.
  template <class T>
  std::optional<T> read(std::uint64_t address) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value;
    if (address == 0 || read_some(address, &value, sizeof value) != sizeof value) return std::nullopt;
    return value;
  }

  /// An array of `count` values; empty when not readable or larger than kMaxReadBytes.
  template <class T>
  std::vector<T> read_array(std::uint64_t address, std::size_t count) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (address == 0 || count == 0 || count > kMaxReadBytes / sizeof(T)) return {};
    std::vector<T> values(count);
    if (read_some(address, values.data(), count * sizeof(T)) != count * sizeof(T)) return {};
    return values;
  }

  /// A NUL-terminated string of at most `limit` bytes; nullopt when not readable.
  std::optional<std::string> read_string(std::uint64_t address, std::size_t limit = 4096) const;

 private:
  pid_t pid_;
};

}  // namespace simrec::record
