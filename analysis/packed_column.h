// Numbers packed for a web page: deflated (zlib, RFC 1950), then base64, as browsers can undo without a library.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace simrec::analysis {

/// Throws TraceError when memory runs out inside zlib.
std::string packed(std::span<const std::uint8_t> column);

}  // namespace simrec::analysis
