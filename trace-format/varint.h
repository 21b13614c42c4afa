// LEB128 varints in columns, zigzag-coded when signed (FORMAT.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "trace-format/format_error.h"

namespace simrec {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1 ^ (0 - (value & 1)));
}

/// Appends a value to a column.
inline void put_varint(std::vector<std::uint8_t>& column, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) column.push_back(static_cast<std::uint8_t>(value | 0x80));
  column.push_back(static_cast<std::uint8_t>(value));
}

/// Takes values off the front of a column. Throws FormatError, which names the column.
class ColumnReader {
 public:
  ColumnReader(std::span<const std::uint8_t> coded, const char* name)
      : next_(coded.data()), end_(coded.data() + coded.size()), name_(name) {}

  std::uint64_t get() {
    if (next_ == end_) fail("has too few values");
    const std::uint64_t byte = *next_++;
    return byte < 0x80 ? byte : get_rest(byte & 0x7F);
  }
  std::int64_t get_signed() { return unzigzag(get()); }
  std::uint64_t get_up_to(std::uint64_t limit) {
    const std::uint64_t value = get();
    if (value > limit) fail("has an impossible value");
    return value;
  }
  bool has_more() const { return next_ != end_; }
  void expect_end() const {
    if (next_ != end_) fail("has too many values");
  }

 private:
  std::uint64_t get_rest(std::uint64_t value) {
    for (unsigned shift = 7;; shift += 7) {
      if (next_ == end_) fail("ends inside a value");
      const std::uint64_t byte = *next_++;
      if (shift == 63 && byte > 1) fail("has a value of over 64 bits");
      value |= (byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
  }
  [[noreturn]] void fail(const char* what) const { throw FormatError(std::string("column ") + name_ + " " + what); }

  const std::uint8_t* next_;
  const std::uint8_t* end_;
  const char* name_;
};

}  // namespace simrec
