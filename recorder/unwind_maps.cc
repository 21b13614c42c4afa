#include "recorder/unwind_maps.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string_view>

namespace simrec::record {

std::vector<Mapping> read_maps(pid_t pid) {
  std::vector<Mapping> maps;
  std::ifstream in("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(in, line);) {
    Mapping map;
    char permissions[5] = {};
    unsigned major_number = 0, minor_number = 0;
    int path_at = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 " %n", &map.start, &map.end,
                    permissions, &map.offset, &major_number, &minor_number, &map.inode, &path_at) < 7)
      continue;
    map.device = makedev(major_number, minor_number);
    map.writable = permissions[1] == 'w';
    map.executable = permissions[2] == 'x';
    if (path_at > 0 && static_cast<std::size_t>(path_at) < line.size())
      map.path = line.substr(static_cast<std::size_t>(path_at));
    static constexpr std::string_view kDeleted = " (deleted)";
    if (map.is_file() && map.path.ends_with(kDeleted)) map.path.resize(map.path.size() - kDeleted.size());
    maps.push_back(std::move(map));
  }
  return maps;
}

const Mapping* find_mapping(const std::vector<Mapping>& maps, std::uint64_t address) {
  const auto after = std::upper_bound(maps.begin(), maps.end(), address,
                                      [](std::uint64_t value, const Mapping& map) { return value < map.start; });
  if (after == maps.begin()) return nullptr;
  const Mapping& candidate = *std::prev(after);
  return address < candidate.end ? &candidate : nullptr;
}

}  // namespace simrec::record
