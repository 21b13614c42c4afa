#include "trace-format/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace simrec {
namespace {

std::string print_with(const char* format, double value) {
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), format, value);
  return buffer.data();
}

/// Four significant digits, no exponent, for values from 1 to 9999.
std::string four_digits(double value) {
  const double magnitude = std::fabs(value);
  return print_with(magnitude < 10 ? "%.3f" : magnitude < 100 ? "%.2f" : magnitude < 1000 ? "%.1f" : "%.0f", value);
}

constexpr std::array<const char*, 7> kPrefixes = {"", "k", "M", "G", "T", "P", "E"};

/// Value scaled to below 1000, and its prefix.
std::pair<double, const char*> scaled(double value) {
  std::size_t prefix = 0;
  // 999.95 would round to "1000": it takes the next prefix.
  while (std::fabs(value) >= 999.95 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  return {value, kPrefixes[prefix]};
}

}  // namespace

std::string format_duration(Ns duration_ns) {
  const auto value = static_cast<double>(duration_ns);
  const double magnitude = std::fabs(value);
  if (magnitude < 1e3) return std::to_string(duration_ns) + " ns";
  if (magnitude < 999.95e3) return four_digits(value / 1e3) + " µs";
  if (magnitude < 999.95e6) return four_digits(value / 1e6) + " ms";
  if (magnitude < 600e9) return four_digits(value / 1e9) + " s";
  const std::int64_t minutes = duration_ns / 60'000'000'000;
  const double rest = static_cast<double>(std::llabs(duration_ns % 60'000'000'000)) / 1e9;
  return std::to_string(minutes) + " min " + print_with("%.1f", rest) + " s";
}

std::string format_seconds(Ns time_ns, int decimals) {
  const bool negative = time_ns < 0;
  const std::uint64_t magnitude =
      negative ? 0 - static_cast<std::uint64_t>(time_ns) : static_cast<std::uint64_t>(time_ns);
  std::string fraction = std::to_string(magnitude % 1'000'000'000);
  fraction.insert(0, 9 - fraction.size(), '0');
  fraction.resize(static_cast<std::size_t>(decimals));
  return (negative ? "-" : "") + std::to_string(magnitude / 1'000'000'000) + (decimals > 0 ? "." : "") + fraction;
}

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1000) return std::to_string(bytes) + " B";
  const auto [value, prefix] = scaled(static_cast<double>(bytes));
  return print_with(value < 10 ? "%.2f " : value < 100 ? "%.1f " : "%.0f ", value) + prefix + "B";
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string format_count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
  std::string text = format_count(count) + " ";
  if (count == 1) return text.append(singular);
  return plural.empty() ? text.append(singular).append("s") : text.append(plural);
}

std::string format_signed_percent(double fraction) { return print_with("%+.1f %%", fraction * 100); }

std::string format_rate(double per_second, std::string_view unit) {
  const auto [value, prefix] = scaled(per_second);
  return print_with("%.3g ", value).append(prefix).append(unit);
}

std::optional<double> parse_speed(std::string_view text) {
  double value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value) || value <= 0) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  if (unit.empty() || unit.back() != 'f') return std::nullopt;
  unit.remove_suffix(1);
  if (unit.empty()) return value;
  constexpr std::string_view kLetters = "kMGTPE";
  const bool binary = unit.size() == 2 && unit[1] == 'i';
  const char letter = binary && unit[0] == 'K' ? 'k' : unit[0];
  const std::size_t power = kLetters.find(letter);
  if (power == std::string_view::npos || (unit.size() != 1 && !binary)) return std::nullopt;
  const double speed = value * std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
  return std::isfinite(speed) ? std::optional(speed) : std::nullopt;
}

}  // namespace simrec
