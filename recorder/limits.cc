#include "recorder/limits.h"

#include <charconv>
#include <cmath>
#include <span>

namespace simrec::record {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr Unit kTimes[] = {{"", 1e9},  {"ns", 1},   {"us", 1e3},   {"µs", 1e3},   {"ms", 1e6},
                           {"s", 1e9}, {"m", 60e9}, {"min", 60e9}, {"h", 3600e9}, {"d", 86400e9}};
constexpr Unit kSizes[] = {{"", 1},
                           {"B", 1},
                           {"k", 1e3},
                           {"kB", 1e3},
                           {"K", 1e3},
                           {"KB", 1e3},
                           {"M", 1e6},
                           {"MB", 1e6},
                           {"G", 1e9},
                           {"GB", 1e9},
                           {"T", 1e12},
                           {"TB", 1e12},
                           {"KiB", 1024.0},
                           {"MiB", 1048576.0},
                           {"GiB", 1073741824.0},
                           {"TiB", 1099511627776.0}};
constexpr double kLongest = 100 * 365.25 * 86400e9;
constexpr double kLargest = 9.2e18;

/// Value in base units; nullopt when malformed or outside [1, most].
std::optional<double> parse(std::string_view text, std::span<const Unit> units, double most) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (number.ec != std::errc{}) return std::nullopt;
  const std::string_view name(number.ptr, static_cast<std::size_t>(end - number.ptr));
  for (const Unit& unit : units)
    if (unit.name == name) {
      const double scaled = std::floor(value * unit.factor);
      if (!(scaled >= 1) || scaled > most) return std::nullopt;
      return scaled;
    }
  return std::nullopt;
}

}  // namespace

std::optional<Ns> parse_duration(std::string_view text) {
  const auto value = parse(text, kTimes, kLongest);
  return value ? std::optional<Ns>(static_cast<Ns>(*value)) : std::nullopt;
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  const auto value = parse(text, kSizes, kLargest);
  return value ? std::optional<std::uint64_t>(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

}  // namespace simrec::record
