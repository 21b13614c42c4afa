// Numbers with units, as people read and type them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace-format/ids.h"

namespace simrec {

/// A duration with four significant digits and the unit that suits it: "950 ns", "12.34 µs", "1.234 s", "12 min 5.0 s".
std::string format_duration(Ns duration_ns);

/// Seconds with a fixed number of decimals (0 to 9, cut not rounded), exact: format_seconds(1234567, 6) is "0.001234".
std::string format_seconds(Ns time_ns, int decimals);

/// A size with decimal prefixes (1 kB = 1000 B): "512 B", "1.23 MB".
std::string format_bytes(std::uint64_t bytes);

/// A count with thousands separators: "1,234,567".
std::string format_count(std::uint64_t count);

/// A count and its noun in the right number: "1 process", "2 processes" (plural given when not singular + "s").
std::string format_count_of(std::uint64_t count, std::string_view singular, std::string_view plural = {});

/// A fraction as a signed percentage: 0.0163 is "+1.6 %".
std::string format_signed_percent(double fraction);

/// A rate with a decimal prefix and its unit: format_rate(2.5e9, "f/s") is "2.5 Gf/s".
std::string format_rate(double per_second, std::string_view unit);

/// A speed as SimGrid writes it, in flop/s: "100f", "2.5Gf", "1e9f" (prefixes k M G T P E and Ki Mi Gi …);
/// nullopt when malformed, not finite or not positive.
std::optional<double> parse_speed(std::string_view text);

}  // namespace simrec
