#include "analysis/report_columns.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "trace-format/varint.h"

namespace simrec::analysis {
namespace {

void put_duration(std::vector<std::uint8_t>& column, Ns duration_ns) {
  put_varint(column, static_cast<std::uint64_t>(std::max<Ns>(0, duration_ns)));
}

template <class Enum>
std::uint8_t byte_of(Enum value, Enum last) {
  return std::min(static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(last));
}

}  // namespace

std::vector<Column> timeline_columns(const std::vector<ThreadTimeline>& timelines) {
  std::unordered_map<std::uint64_t, std::uint64_t> position_plus_one;  // by cause_tid_plus_one
  for (std::size_t i = 0; i < timelines.size(); ++i) {
    position_plus_one[static_cast<std::uint64_t>(timelines[i].tid) + 1] = i + 1;
  }
  std::vector<Column> columns = {{"durations", {}}, {"states", {}}, {"causes", {}}};
  for (const ThreadTimeline& thread : timelines) {
    for (const TimelineInterval& interval : thread.intervals) {
      put_duration(columns[0].bytes, interval.duration_ns);
      columns[1].bytes.push_back(byte_of(interval.state, TimelineState::ready));
      const auto cause = interval.cause_tid_plus_one == 0 ? position_plus_one.end()
                                                          : position_plus_one.find(interval.cause_tid_plus_one);
      put_varint(columns[2].bytes, cause == position_plus_one.end() ? 0 : cause->second);
    }
  }
  return columns;
}

std::vector<Column> path_columns(const CriticalPath& path, std::vector<PathOwner>& owners) {
  std::map<PathOwner, std::uint64_t> positions;
  std::vector<Column> columns = {
      {"path-durations", {}}, {"path-kinds", {}}, {"path-owners", {}}, {"path-whats", {}}, {"path-waited", {}}};
  for (const PathStep& step : path.steps) {
    const auto [owner, is_new] = positions.try_emplace({step.pid, step.tid}, owners.size());
    if (is_new) owners.push_back(owner->first);
    put_duration(columns[0].bytes, step.duration_ns);
    columns[1].bytes.push_back(byte_of(step.kind, PathKind::outside));
    put_varint(columns[2].bytes, owner->second);
    put_varint(columns[3].bytes, step.what < path.names.size() ? step.what : 0);
    put_duration(columns[4].bytes, step.waited_ns);
  }
  return columns;
}

}  // namespace simrec::analysis
