// Which addresses of a process are shared memory: what a futex that is not marked private is identified by.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simrec::record {

struct SharedRange {
  std::uint64_t begin = 0, end = 0, file_offset = 0;
  std::uint64_t device = 0, inode = 0;
  std::string path;
};

/// Shared mappings of one process, read from /proc/PID/maps when needed. Most programs have none that they
/// write to, and then nothing is ever read.
class MemoryMap {
 public:
  /// The process mapped something shared (or was forked from one that did).
  void shared_mapping_appeared() {
    may_have_shared_ = true;
    current_ = false;
  }
  void forget() { *this = MemoryMap{}; }
  bool may_have_shared() const { return may_have_shared_; }

  /// The shared mapping that holds `address`; nullptr when it is private memory.
  const SharedRange* find_shared(pid_t pid, std::uint64_t address);

 private:
  bool may_have_shared_ = false;
  bool current_ = false;
  std::vector<SharedRange> ranges_;
};

}  // namespace simrec::record
