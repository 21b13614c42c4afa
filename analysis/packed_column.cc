#include "analysis/packed_column.h"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> column) {
  uLongf size = compressBound(column.size());
  std::vector<std::uint8_t> result(size);
  if (compress2(result.data(), &size, column.data(), column.size(), Z_DEFAULT_COMPRESSION) != Z_OK) {
    throw TraceError("cannot compress the page's data: out of memory");
  }
  result.resize(size);
  return result;
}

}  // namespace

std::string packed(std::span<const std::uint8_t> column) {
  constexpr std::size_t kPiece = 3 << 20;  // OpenSSL counts in int; multiples of 3 need no padding in between
  const std::vector<std::uint8_t> bytes = deflated(column);
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4 + 1);
  for (std::span<const std::uint8_t> rest(bytes); !rest.empty();) {
    const auto piece = rest.first(std::min(rest.size(), kPiece));
    const std::size_t begin = text.size(), length = (piece.size() + 2) / 3 * 4;
    text.resize(begin + length + 1);  // EVP_EncodeBlock ends with a NUL
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + begin), piece.data(),
                    static_cast<int>(piece.size()));
    text.resize(begin + length);
    rest = rest.subspan(piece.size());
  }
  return text;
}

}  // namespace simrec::analysis
