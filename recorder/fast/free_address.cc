#include "recorder/fast/free_address.h"

#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <string>

namespace simrec::record {
namespace {

constexpr std::uint64_t kLowest = 0x10000;                         // vm.mmap_min_addr as distributions set it
constexpr std::uint64_t kReach = 0x7fff'0000;                      // of a 32-bit distance, less some pages
constexpr std::uint64_t kHeapGrowth = 16ULL * 1024 * 1024 * 1024;  // left free above the heap if possible

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

}  // namespace

bool within_jump(std::uint64_t a, std::uint64_t b) { return distance(a, b) < kReach; }

std::optional<std::uint64_t> find_free_address(pid_t pid, std::uint64_t near, std::uint64_t bytes) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  std::optional<std::uint64_t> best;
  std::uint64_t free_from = kLowest;
  bool below_is_heap = false;
  for (std::string line; std::getline(maps, line);) {
    std::uint64_t begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &begin, &end) != 2) continue;
    const bool is_stack = line.ends_with("[stack]");
    // At the upper end of a gap: the heap grows from its lower end, libraries are mapped far from both.
    if (begin >= free_from + bytes && !is_stack) {
      const std::uint64_t candidate = begin - bytes;
      const bool heap_needs_it = below_is_heap && candidate - free_from < kHeapGrowth;
      if (!heap_needs_it && within_jump(candidate, near) &&
          (!best || distance(candidate, near) < distance(*best, near)))
        best = candidate;
    }
    free_from = end > free_from ? end : free_from;
    below_is_heap = line.ends_with("[heap]");
  }
  return best;
}

}  // namespace simrec::record
