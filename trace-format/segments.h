// What a block of events says besides its columns: whose events they are, and which arguments are ids.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trace-format/ids.h"

namespace simrec {

/// Consecutive events of one thread inside a block.
struct Segment {
  ThreadId thread;
  std::uint32_t count = 0;
  Ns start_ns = 0;
};

/// An argument whose values are interned ids, which mostly grow: stored as differences (FORMAT.md).
struct IdArgument {
  std::uint16_t kind = 0;
  std::uint8_t position = 0;
  bool operator==(const IdArgument&) const = default;
};
inline constexpr std::uint16_t kIdKinds = 512;  ///< kinds with such arguments are below
inline constexpr std::uint8_t kIdPositions = 8;

/// Columns of the schema's Events: segmentThreads, segmentCounts, segmentStarts.
struct CodedSegments {
  std::vector<std::uint8_t> threads, counts, starts;
};

CodedSegments code_segments(const std::vector<Segment>& segments, std::uint32_t wall_unit_ns);
/// Throws FormatError.
std::vector<Segment> decode_segments(std::span<const std::uint8_t> threads, std::span<const std::uint8_t> counts,
                                     std::span<const std::uint8_t> starts, std::uint32_t wall_unit_ns);

/// The schema's idArguments.
std::vector<std::uint8_t> code_id_arguments(const std::vector<IdArgument>& arguments);
/// Throws FormatError.
std::vector<IdArgument> decode_id_arguments(std::span<const std::uint8_t> coded);

}  // namespace simrec
