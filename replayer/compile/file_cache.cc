#include "replayer/compile/file_cache.h"

#include <algorithm>
#include <utility>

namespace simrec::replay::causal {

std::int64_t FileCache::take_dirty(ObjectId file) {
  const auto found = files_.find(file.value);
  if (found == files_.end()) return 0;
  return (std::exchange(found->second.dirty, 0) + kPageBytes - 1) / kPageBytes * kPageBytes;
}

std::int64_t FileCache::read(ObjectId file, std::int64_t bytes, bool waited, std::int64_t file_bytes) {
  File& f = files_[file.value];
  if (waited && f.cold == 0) f.cold = std::max(file_bytes, bytes);
  const std::int64_t from_device = std::min(std::max<std::int64_t>(bytes, 0), f.cold);
  f.cold -= from_device;
  f.pending += from_device;
  return waited || f.pending >= kReadAheadBytes ? std::exchange(f.pending, 0) : 0;
}

}  // namespace simrec::replay::causal
