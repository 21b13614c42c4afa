#include "recorder/memory_map.h"

#include <sys/sysmacros.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <fstream>

namespace simrec::record {
namespace {

std::optional<SharedRange> parse(const std::string& line) {
  SharedRange range;
  std::array<char, 5> permissions{};
  unsigned major_number = 0, minor_number = 0;
  int path_at = 0;
  const int fields = std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n",
                                 &range.begin, &range.end, permissions.data(), &range.file_offset, &major_number,
                                 &minor_number, &range.inode, &path_at);
  if (fields < 7 || permissions[3] != 's') return std::nullopt;
  range.device = makedev(major_number, minor_number);
  if (path_at > 0 && static_cast<std::size_t>(path_at) < line.size())
    range.path = line.substr(static_cast<std::size_t>(path_at));
  return range;
}

}  // namespace

const SharedRange* MemoryMap::find_shared(pid_t pid, std::uint64_t address) {
  if (!may_have_shared_) return nullptr;
  if (!current_) {
    ranges_.clear();
    std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
    for (std::string line; std::getline(maps, line);)
      if (auto range = parse(line)) ranges_.push_back(std::move(*range));
    current_ = true;
  }
  for (const SharedRange& range : ranges_)
    if (address >= range.begin && address < range.end) return &range;
  return nullptr;
}

}  // namespace simrec::record
