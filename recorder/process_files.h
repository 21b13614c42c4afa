// Looks at the open descriptors of a traced process: what they refer to, and copies of them.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recorder/file_descriptor.h"

namespace simrec::record {

struct FileStatus {
  mode_t mode = 0;  ///< type bits 0 for anonymous inodes
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t birth_ns = 0;  ///< creation time, tells a reused inode number from the old file; 0 = unknown
  unsigned device_major = 0;   ///< of device files
};

/// /proc/PID/fd and a pidfd, opened once per process when first needed.
class ProcessFiles {
 public:
  /// `pid` may also be that of a thread, when the first one has ended.
  explicit ProcessFiles(pid_t pid) : pid_(pid) {}

  std::optional<FileStatus> status(int fd);
  /// What /proc calls it: an absolute path, "pipe:[1]", "anon_inode:[eventpoll]"; "" when it cannot be read.
  std::string link(int fd);
  /// A descriptor of our own for the same open file; empty when not permitted.
  FileDescriptor duplicate(int fd);
  /// open_descriptors() would see them.
  bool can_be_listed() const;
  /// Descriptors open now.
  std::vector<int> open_descriptors();
  /// File status flags of a descriptor as open(2) takes them, O_CLOEXEC included; 0 when unknown.
  int flags(int fd);

 private:
  int directory();
  pid_t pid_;
  FileDescriptor directory_;
  FileDescriptor pidfd_;
};

}  // namespace simrec::record
