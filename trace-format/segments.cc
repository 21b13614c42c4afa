#include "trace-format/segments.h"

#include <algorithm>

#include "trace-format/varint.h"

namespace simrec {
namespace {

// Beyond this (146 years) a time is damage.
constexpr std::uint64_t kLatestStart = 1ULL << 62;

}  // namespace

CodedSegments code_segments(const std::vector<Segment>& segments, std::uint32_t wall_unit_ns) {
  CodedSegments coded;
  std::int64_t thread = 0, start = 0;
  for (const Segment& segment : segments) {
    const std::int64_t start_units = segment.start_ns / wall_unit_ns;
    put_varint(coded.threads, zigzag(std::int64_t{segment.thread.value} - thread));
    put_varint(coded.counts, segment.count);
    put_varint(coded.starts, zigzag(start_units - start));
    thread = segment.thread.value;
    start = start_units;
  }
  return coded;
}

std::vector<Segment> decode_segments(std::span<const std::uint8_t> threads, std::span<const std::uint8_t> counts,
                                     std::span<const std::uint8_t> starts, std::uint32_t wall_unit_ns) {
  const std::uint64_t unit = std::max(wall_unit_ns, 1U);
  ColumnReader thread_column(threads, "segmentThreads"), count_column(counts, "segmentCounts"),
      start_column(starts, "segmentStarts");
  std::vector<Segment> segments;
  std::uint64_t thread = 0, start = 0;
  while (count_column.has_more()) {
    thread += static_cast<std::uint64_t>(thread_column.get_signed());
    start += static_cast<std::uint64_t>(start_column.get_signed());
    const auto count = static_cast<std::uint32_t>(count_column.get_up_to(UINT32_MAX));
    if (thread > UINT32_MAX) throw FormatError("column segmentThreads has an impossible value");
    if (start > kLatestStart / unit) throw FormatError("column segmentStarts has an impossible value");
    segments.push_back({{static_cast<std::uint32_t>(thread)}, count, static_cast<Ns>(start * unit)});
  }
  thread_column.expect_end();
  start_column.expect_end();
  return segments;
}

std::vector<std::uint8_t> code_id_arguments(const std::vector<IdArgument>& arguments) {
  std::vector<std::uint8_t> coded;
  for (const IdArgument& argument : arguments) {
    put_varint(coded, argument.kind);
    put_varint(coded, argument.position);
  }
  return coded;
}

std::vector<IdArgument> decode_id_arguments(std::span<const std::uint8_t> coded) {
  ColumnReader pairs(coded, "idArguments");
  std::vector<IdArgument> arguments;
  while (pairs.has_more()) {
    const auto kind = static_cast<std::uint16_t>(pairs.get_up_to(kIdKinds - 1));
    arguments.push_back({kind, static_cast<std::uint8_t>(pairs.get_up_to(kIdPositions - 1))});
  }
  return arguments;
}

}  // namespace simrec
