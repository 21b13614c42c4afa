// Memory mappings of a process, from /proc/PID/maps.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace simrec::record {

struct Mapping {
  std::uint64_t start = 0, end = 0;  ///< addresses, end exclusive
  std::uint64_t offset = 0;          ///< in the file
  std::uint64_t device = 0, inode = 0;
  bool writable = false, executable = false;
  std::string path;  ///< "" = anonymous, "[stack]", "[vdso]", …; a deleted file's without " (deleted)"

  bool is_file() const { return !path.empty() && path.front() == '/'; }
};

/// What /proc/PID/maps calls the code that the kernel lends every process.
inline constexpr const char* kVdsoPath = "[vdso]";

/// All mappings by ascending address; empty when the process is gone or unreadable.
std::vector<Mapping> read_maps(pid_t pid);

/// The mapping that contains `address`; nullptr when there is none.
const Mapping* find_mapping(const std::vector<Mapping>& maps, std::uint64_t address);

}  // namespace simrec::record
