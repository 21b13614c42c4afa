// What goes into a frame, before compression.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace simrec {

/// Messages of a frame, with the places where the kind of data changes. A compressor that starts a new
/// zstd block there codes each column with its own statistics: a sixth less on traces (FORMAT.md).
struct FrameContent {
  std::vector<std::uint8_t> bytes;
  std::vector<std::size_t> cuts;  ///< ascending positions in bytes

  void clear() {
    bytes.clear();
    cuts.clear();
  }
};

}  // namespace simrec
