// What a kernel keeps of files in memory: writes that a later fsync has to bring to the device, and reads that found
// their bytes because an earlier read, which waited, had made the kernel read ahead. Recorded on a fast device, both
// hardly wait; on a slower one they will.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "trace-format/ids.h"

namespace simrec::replay::causal {

class FileCache {
 public:
  static constexpr std::int64_t kPageBytes = 4096;
  static constexpr std::int64_t kReadAheadBytes = 128 * 1024;  ///< Linux: read_ahead_kb

  static constexpr Ns kColdRead =
      10'000;  ///< a read that waits so long found its bytes on a device: fast ones take 10 us

  /// What a journalling file system writes for itself when it makes something durable: the block that ends a
  /// transaction (ext4's jbd2; a lower bound: further blocks of metadata are not known). 500 appends of 16 KiB with
  /// fdatasync wrote 4.2 kB each besides their data.
  static constexpr std::int64_t kJournalBytes = 4096;

  /// A write that did not wait for the device.
  void wrote(ObjectId file, std::int64_t bytes) { files_[file.value].dirty += bytes; }
  /// Bytes that a call like fsync has to bring to the device: whole pages.
  std::int64_t take_dirty(ObjectId file);
  /// Bytes that the device has to deliver, for a read and those before it; 0 = none, or later. A file of `file_bytes`
  /// that a read had to wait for is taken as not in memory until so much of it has been read.
  std::int64_t read(ObjectId file, std::int64_t bytes, bool waited, std::int64_t file_bytes);

 private:
  struct File {
    std::int64_t dirty = 0;
    std::int64_t cold = 0;     ///< bytes still to come from the device
    std::int64_t pending = 0;  ///< read ahead, not told yet
  };
  std::unordered_map<std::uint32_t, File> files_;
};

}  // namespace simrec::replay::causal
