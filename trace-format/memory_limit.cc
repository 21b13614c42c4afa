#include "trace-format/memory_limit.h"

#include <sys/sysinfo.h>

namespace simrec {

std::uint64_t memory_limit(const ReadLimits& limits) {
  if (limits.memory_bytes != 0) return limits.memory_bytes;
  struct sysinfo info {};
  return ::sysinfo(&info) == 0 ? std::uint64_t{info.totalram} * info.mem_unit * 3 / 4 : 1ULL << 32;
}

}  // namespace simrec
