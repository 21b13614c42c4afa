// How durations are rounded and coded: short ones exactly, longer ones with fewer significant bits, up to a largest
// quantum (FORMAT.md, "Times").
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <limits>

#include "trace-format/format_error.h"
#include "trace-format/ids.h"

namespace simrec {

/// A code c stands for (c - (e << bits)) << e units, where e = (c >> bits) - 1, but not below 0 nor above `shift`:
/// exact below 2^(bits + 1), then `bits` bits behind the first one, then steps of 2^shift. Shift 0: c itself.
struct TimeScale {
  std::uint8_t bits = 0;
  std::uint8_t shift = 0;
  bool operator==(const TimeScale&) const = default;

  static constexpr unsigned kMost = 16;  ///< of bits and of shift, so that nothing overflows below 2^46 units

  unsigned exponent_of(std::uint64_t units) const {
    if (units >> bits <= 1) return 0;  // most are short
    const auto width = static_cast<int>(std::bit_width(units));
    return static_cast<unsigned>(std::clamp(width - 1 - bits, 0, int{shift}));
  }
  /// The nearest value that has a code, steps being 2^least at least.
  std::uint64_t nearest(std::uint64_t units, unsigned least = 0) const {
    const unsigned e = std::max(exponent_of(units), least);
    if (e == 0) return units;
    return (units + ((1ULL << e) >> 1)) >> e << e;
  }
  /// The greatest value that has a code and is not above `units`.
  std::uint64_t below(std::uint64_t units) const {
    const unsigned e = exponent_of(units);
    return units >> e << e;
  }
  /// Code of a value that has one.
  std::uint64_t code(std::uint64_t units) const {
    const unsigned e = exponent_of(units);
    return (std::uint64_t{e} << bits) + (units >> e);
  }
  /// The value of a code. Throws FormatError when it needs more than 64 bits.
  std::uint64_t value(std::uint64_t code) const {
    if (shift == 0) return code;
    const std::uint64_t step = code >> bits;
    const auto e = static_cast<unsigned>(std::min<std::uint64_t>(step > 0 ? step - 1 : 0, shift));
    const std::uint64_t mantissa = code - (std::uint64_t{e} << bits);
    if (mantissa > std::numeric_limits<std::uint64_t>::max() >> e) throw FormatError("a duration never ends");
    return mantissa << e;
  }
};

/// How a writer stores times: units, and how long durations are rounded. `coarse` ones are those of events that were
/// not seen by the in-process tier: they hold more noise.
struct TimePrecision {
  std::uint32_t wall_unit_ns = 1;
  std::uint32_t cpu_unit_ns = 1;
  TimeScale wall{};
  TimeScale cpu{};           ///< its bits are those of `wall`
  Ns wall_tolerance_ns = 0;  ///< a wall clock that is less off is left alone
  Ns coarse_wall_tolerance_ns = 0;
  std::uint8_t coarse_bits = 0;   ///< bits of coarse durations, at most those of `wall`
  std::uint8_t coarse_shift = 0;  ///< their least step: 2^coarse_shift units, at most the greatest of `wall`
};

/// What simrec writes where its in-process tier is used. `cpu`: at most 1.6 % of a single time, see FORMAT.md.
inline constexpr TimePrecision kFastPathTimes{.wall_unit_ns = 50,
                                              .cpu_unit_ns = 10,
                                              .wall = {.bits = 5, .shift = 5},
                                              .cpu = {.bits = 5, .shift = 9},
                                              .wall_tolerance_ns = 200,
                                              .coarse_wall_tolerance_ns = 1'500,
                                              .coarse_bits = 3,
                                              .coarse_shift = 5};

/// Signed values keep their sign, and their magnitude is coded.
inline std::int64_t code_signed(const TimeScale& scale, std::int64_t units) {
  const auto coded = static_cast<std::int64_t>(scale.code(static_cast<std::uint64_t>(units < 0 ? -units : units)));
  return units < 0 ? -coded : coded;
}

}  // namespace simrec
