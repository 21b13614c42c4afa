// SHA-256 of files and bytes (OpenSSL's EVP): names what a trace or prediction was made from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace simrec {

/// A digest; raw bytes go into traces, hex is for people.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};
  std::string raw() const { return {bytes.begin(), bytes.end()}; }
  std::string hex() const;
  bool operator==(const Sha256&) const = default;
};

/// Digest of bytes in memory.
Sha256 sha256_of(std::string_view bytes);

/// Digest of a file's contents, read in pieces. Throws TraceError when it cannot be read.
Sha256 sha256_of_file(const std::string& path);

}  // namespace simrec
