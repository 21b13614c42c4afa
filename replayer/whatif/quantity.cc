#include "replayer/whatif/quantity.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {
namespace {

constexpr std::array kQuantities = {
    QuantityInfo{Quantity::cpu, "cpu", "cpu", Dimension::speed, "f", "2.5Gf", false},
    QuantityInfo{Quantity::cores, "cores", "cores", Dimension::count, "", "8", false},
    QuantityInfo{Quantity::latency, "net.latency", "latency", Dimension::time, "s", "10ms", true},
    QuantityInfo{Quantity::bandwidth, "net.bandwidth", "bandwidth", Dimension::rate, "Bps", "1Gbps", false},
    QuantityInfo{Quantity::disk, "disk", "disk", Dimension::rate, "Bps", "200MBps", false},
};

struct DimensionWords {
  const char* what;   ///< "a time"
  const char* needs;  ///< what a value of it looks like
};

const DimensionWords& words_of(Dimension dimension) {
  static constexpr std::array kWords = {
      DimensionWords{"a speed", "a speed in flop/s of one core, like 2.5Gf or 800Mf"},
      DimensionWords{"a number", "a whole number, like 8"},
      DimensionWords{"a time", "a time, like 10ms, 250us or 1.5s (ns us ms s min h)"},
      DimensionWords{"a bandwidth", "a bandwidth, like 100Mbps (bits per second) or 125MBps (bytes per second)"}};
  return kWords.at(static_cast<std::size_t>(dimension));
}

struct Unit {
  const char* name;
  Dimension dimension;
  double scale;
};

constexpr std::array kPlainUnits = {
    Unit{"ps", Dimension::time, 1e-12}, Unit{"ns", Dimension::time, 1e-9}, Unit{"us", Dimension::time, 1e-6},
    Unit{"µs", Dimension::time, 1e-6},  Unit{"ms", Dimension::time, 1e-3}, Unit{"s", Dimension::time, 1},
    Unit{"min", Dimension::time, 60},   Unit{"m", Dimension::time, 60},    Unit{"h", Dimension::time, 3600},
    Unit{"d", Dimension::time, 86400},  Unit{"w", Dimension::time, 604800}};

/// Those that take k, M, G … and Ki, Mi, Gi … before them.
constexpr std::array kPrefixedUnits = {Unit{"bps", Dimension::rate, 0.125},   Unit{"Bps", Dimension::rate, 1},
                                       Unit{"bit/s", Dimension::rate, 0.125}, Unit{"b/s", Dimension::rate, 0.125},
                                       Unit{"B/s", Dimension::rate, 1},       Unit{"flops", Dimension::speed, 1},
                                       Unit{"flop/s", Dimension::speed, 1},   Unit{"f", Dimension::speed, 1}};

/// What platforms are written with, the largest first.
constexpr std::array kWrittenUnits = {
    Unit{"Gf", Dimension::speed, 1e9},  Unit{"Mf", Dimension::speed, 1e6},  Unit{"s", Dimension::time, 1},
    Unit{"ms", Dimension::time, 1e-3},  Unit{"us", Dimension::time, 1e-6},  Unit{"ns", Dimension::time, 1e-9},
    Unit{"GBps", Dimension::rate, 1e9}, Unit{"MBps", Dimension::rate, 1e6}, Unit{"kBps", Dimension::rate, 1e3}};
constexpr std::size_t kShortNumber = 7;

bool is_plain(std::string_view number) { return number.find('e') == std::string_view::npos; }

/// All digits, without an exponent.
std::string fixed_text(double number) {
  std::array<char, 400> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  return {buffer.data(), end};
}

std::optional<double> prefix_scale(std::string_view prefix) {
  constexpr std::string_view kLetters = "kMGTPE";
  if (prefix.empty()) return 1;
  const bool binary = prefix.size() == 2 && prefix[1] == 'i';
  if (prefix.size() != 1 && !binary) return std::nullopt;
  const std::size_t power = kLetters.find(prefix[0] == 'K' ? 'k' : prefix[0]);
  if (power == std::string_view::npos) return std::nullopt;
  return std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

std::optional<Unit> find_unit(std::string_view text) {
  for (const Unit& unit : kPlainUnits)
    if (text == unit.name) return unit;
  for (const Unit& unit : kPrefixedUnits)
    if (text.ends_with(unit.name))
      if (const auto scale = prefix_scale(text.substr(0, text.size() - std::string_view(unit.name).size())))
        return Unit{unit.name, unit.dimension, unit.scale * *scale};
  return std::nullopt;
}

struct NumberAndUnit {
  double number;
  std::string_view unit;
};

std::optional<NumberAndUnit> split_number(std::string_view text) {
  double number = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || !std::isfinite(number)) return std::nullopt;
  std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  while (unit.starts_with(' ')) unit.remove_prefix(1);
  return NumberAndUnit{number, unit};
}

bool is_digits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

/// Mistakes people make, by the unit they typed; "" if it is none of them.
std::string likely_mistake(Dimension dimension, std::string_view number, std::string_view unit) {
  const std::string n(number), small = lower(unit);
  if (unit == "%") return "write a factor instead: 50% is 0.5x";
  if (small.ends_with("hz"))
    return "clock rates are not comparable between processors: say how much faster with a factor, like 1.5x, or give "
           "flop/s of one core";
  if (dimension == Dimension::rate && (unit.ends_with("B") || unit.ends_with("b")))
    return "'" + std::string(unit) + "' is a size: a bandwidth is per second, " + n + std::string(unit) + "ps";
  if (dimension == Dimension::rate && small.ends_with("bps")) {
    const char prefix =
        static_cast<char>(unit.front() >= 'a' && unit.front() != 'k' ? unit.front() - 'a' + 'A' : unit.front());
    return "prefix and unit are written " + std::string(1, prefix) + "bps (bits per second) or " +
           std::string(1, prefix) + "Bps (bytes per second)";
  }
  return "";
}

/// What is wrong with `text` as a value of `dimension`.
std::string complaint(Dimension dimension, std::string_view text, bool factors_too) {
  const std::string needs = words_of(dimension).needs + std::string(factors_too ? ", or a factor like 2x or 0.5x" : "");
  const auto parts = split_number(text);
  if (!parts) return "is no number; it needs " + needs;
  const std::string_view number = text.substr(0, text.size() - parts->unit.size());
  if (parts->unit.empty() && dimension != Dimension::count) {
    const std::string first = dimension == Dimension::speed && factors_too
                                  ? "has no unit; did you mean '" + std::string(text) + "x'? "
                                  : std::string("has no unit; ");
    return first + (first.ends_with("? ") ? "It needs " : "it needs ") + needs;
  }
  if (const auto unit = find_unit(parts->unit); unit && unit->dimension != dimension)
    return std::string("is ") + words_of(unit->dimension).what + "; it needs " + needs;
  if (const std::string mistake = likely_mistake(dimension, number, parts->unit); !mistake.empty())
    return "cannot be: " + mistake;
  if (dimension == Dimension::count) return "is no whole number above 0; it needs " + needs;
  return "has an unknown unit '" + std::string(parts->unit) + "'; it needs " + needs;
}

std::optional<double> parse_value(Dimension dimension, std::string_view text) {
  const auto parts = split_number(text);
  if (!parts) return std::nullopt;
  if (dimension == Dimension::count) {
    if (!is_digits(text) || parts->number < 1 || parts->number > 1e6) return std::nullopt;
    return parts->number;
  }
  const auto unit = find_unit(parts->unit);
  if (!unit || unit->dimension != dimension) return std::nullopt;
  return parts->number * unit->scale;
}

/// A latency may be 0; nothing else, and nothing below.
bool in_range(Dimension dimension, double value) {
  return std::isfinite(value) && (dimension == Dimension::time ? value >= 0 : value > 0);
}

std::string four_digits(double value) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.4g", value);
  return buffer.data();
}

std::string with_prefix(double value, const char* unit) {
  constexpr std::array kPrefixes = {"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  while (value >= 999.95 && prefix + 1 < kPrefixes.size()) {
    value /= 1000;
    ++prefix;
  }
  return four_digits(value) + kPrefixes.at(prefix) + unit;
}

std::string time_text(double seconds) {
  if (seconds == 0) return "0s";
  if (seconds < 999.95e-9) return four_digits(seconds * 1e9) + "ns";
  if (seconds < 999.95e-6) return four_digits(seconds * 1e6) + "us";
  if (seconds < 999.95e-3) return four_digits(seconds * 1e3) + "ms";
  return four_digits(seconds) + "s";
}

}  // namespace

std::span<const QuantityInfo> quantities() { return kQuantities; }

const QuantityInfo& info_of(Quantity quantity) { return kQuantities.at(static_cast<std::size_t>(quantity)); }

const QuantityInfo* find_quantity(std::string_view name) {
  for (const QuantityInfo& info : kQuantities)
    if (name == info.name || name == info.short_name) return &info;
  return nullptr;
}

Amount parse_amount(const QuantityInfo& quantity, std::string_view text) {
  const std::string about = std::string(quantity.name) + "=" + std::string(text) + ": '" + std::string(text) + "' ";
  if (const auto parts = split_number(text); parts && (parts->unit == "x" || parts->unit == "X")) {
    if (!in_range(quantity.dimension, parts->number))
      throw ReplayError(about + "is no factor that makes sense; 2x is twice as much, 0.5x is half");
    return {parts->number, true};
  }
  const auto value = parse_value(quantity.dimension, text);
  if (!value) throw ReplayError(about + complaint(quantity.dimension, text, true));
  if (!in_range(quantity.dimension, *value)) throw ReplayError(about + "must be more than 0");
  return {*value, false};
}

double parse_measure(std::string_view option, Dimension dimension, std::string_view text) {
  const auto value = parse_value(dimension, text);
  const std::string about = std::string(option) + " '" + std::string(text) + "' ";
  if (!value) throw ReplayError(about + complaint(dimension, text, false));
  if (!in_range(dimension, *value)) throw ReplayError(about + "must be more than 0");
  return *value;
}

std::optional<double> parse_platform_value(Dimension dimension, std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const auto parts = split_number(text);
  if (parts && parts->unit.empty()) return parts->number;
  return parse_value(dimension, text);
}

std::string number_text(double number) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return {buffer.data(), end};
}

std::string platform_value(Dimension dimension, double value) {
  if (dimension == Dimension::count) return std::to_string(std::llround(value));
  for (const Unit& unit : kWrittenUnits) {
    if (unit.dimension != dimension) continue;
    const double number = value / unit.scale;
    const std::string text = number_text(number);
    // Only where SimGrid, which multiplies as we do, reads the very same value.
    if (number >= 1 && text.size() <= kShortNumber && is_plain(text) && number * unit.scale == value)
      return text + unit.name;
  }
  constexpr std::array kUnits = {"f", "", "s", "Bps"};
  return fixed_text(value) + kUnits.at(static_cast<std::size_t>(dimension));
}

std::string amount_text(const QuantityInfo& quantity, const Amount& amount) {
  if (amount.factor) return four_digits(amount.value) + "x";
  switch (quantity.dimension) {
    case Dimension::speed:
      return with_prefix(amount.value, "f");
    case Dimension::count:
      return four_digits(amount.value);
    case Dimension::time:
      return time_text(amount.value);
    case Dimension::rate:
      // Networks are sold by bits, disks by bytes.
      return quantity.quantity == Quantity::disk ? with_prefix(amount.value, "Bps")
                                                 : with_prefix(amount.value * 8, "bps");
  }
  return number_text(amount.value);
}

}  // namespace simrec::replay
