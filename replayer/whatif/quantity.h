// What can be changed about a platform, and how people write it: "2x", "10ms", "1Gbps", "200MBps", "8".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace simrec::replay {

enum class Quantity : std::uint8_t { cpu, cores, latency, bandwidth, disk };

/// What a number with a unit measures. Base units: flop/s, 1, seconds, bytes per second.
enum class Dimension : std::uint8_t { speed, count, time, rate };

struct QuantityInfo {
  Quantity quantity;
  const char* name;        ///< as typed: "net.latency"
  const char* short_name;  ///< behind a scope, where "net." is clear: "latency"
  Dimension dimension;
  const char* unit;     ///< of absolute values in machine output: "f", "", "s", "Bps"
  const char* example;  ///< of an absolute value
  bool less_is_faster;
};

/// One row per quantity, in the enum's order.
std::span<const QuantityInfo> quantities();
const QuantityInfo& info_of(Quantity quantity);
/// nullptr if no quantity has that name.
const QuantityInfo* find_quantity(std::string_view name);

/// A new value, or a factor on the old one.
struct Amount {
  double value = 1;  ///< in the dimension's base unit, or the factor
  bool factor = true;
  bool operator==(const Amount&) const = default;
};

/// "2x" or a value with its unit. Throws ReplayError that says what is wrong with it and what would be right.
Amount parse_amount(const QuantityInfo& quantity, std::string_view text);

/// "40ms" as seconds, "100Mbps" as bytes per second, …; `option` is named in the error. Throws ReplayError.
double parse_measure(std::string_view option, Dimension dimension, std::string_view text);

/// As SimGrid writes numbers in platform files; without a unit in base units. nullopt = malformed.
std::optional<double> parse_platform_value(Dimension dimension, std::string_view text);

/// Exact, for platform files: "2.5Gf", "12.5MBps", "10ms", "8".
std::string platform_value(Dimension dimension, double value);

/// For people, four digits: "2.5 Gf", "100 Mbps", "10 ms", "8", "2x".
std::string amount_text(const QuantityInfo& quantity, const Amount& amount);

/// Shortest text that reads back as the same number, whatever the locale.
std::string number_text(double number);

}  // namespace simrec::replay
