// Times and sizes as people type them on simrec's command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "trace-format/ids.h"

namespace simrec::record {

/// "500ms", "10s", "2m", "1.5h", "10" (seconds); nullopt when malformed, not positive or over 100 years.
std::optional<Ns> parse_duration(std::string_view text);

/// "300000" (bytes), "100kB", "100MB", "2GB" (decimal), "512KiB", "1GiB" (binary), "100M" as "100MB"; nullopt when
/// malformed, not positive or over 8 EiB.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace simrec::record
