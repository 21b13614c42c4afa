// Takes files apart and puts changed contents back into valid frames, so that damage gets past the checksums.
#pragma once

#include <string>
#include <vector>

#include "trace-format/frame_file.h"

namespace simrec::test {

/// Decompressed contents of all frames.
inline std::vector<std::vector<std::uint8_t>> contents_of(const std::string& path) {
  FrameReader frames(path, 64 << 20);
  std::vector<std::vector<std::uint8_t>> contents;
  while (const auto frame = frames.next()) contents.emplace_back(frame->begin(), frame->end());
  return contents;
}

/// Writes contents as frames with checksums and seek table.
inline void write_contents(const std::string& path, const std::vector<std::vector<std::uint8_t>>& contents) {
  OutputFile output(path, Unfinished::remove);
  FrameWriter frames(output, 1);
  for (const auto& content : contents) frames.write({.bytes = content, .cuts = {}});
  frames.finish();
  output.finish();
}

}  // namespace simrec::test
