#include "trace-format/event_columns.h"

#include <algorithm>
#include <limits>
#include <string>

#include "trace-format/varint.h"

namespace simrec {
namespace {

constexpr const char* kColumnNames[kColumns] = {"kind",  "burst",  "excess", "callCpu",       "blocked",
                                                "ready", "result", "flags",  "argumentCount", "stack"};
// Wall times beyond this (146 years) are damage; below it sums cannot overflow.
constexpr std::uint64_t kLatest = 1ULL << 62;

constexpr std::uint64_t rounded(std::uint64_t ns, std::uint64_t unit) { return (ns + unit / 2) / unit; }

/// Decodes one column into every event; an empty column leaves the zeros.
template <class Store>
void decode_column(const EventBlock& block, Column which, std::vector<Event>& events, Store store) {
  const auto index = static_cast<std::size_t>(which);
  if (block.columns[index].empty()) return;
  ColumnReader column(block.columns[index], kColumnNames[index]);
  for (Event& event : events) store(event, column);
  column.expect_end();
}

void decode_simple_columns(const EventBlock& block, std::vector<Event>& events) {
  decode_column(block, Column::kind, events, [](Event& event, ColumnReader& column) {
    event.kind = static_cast<std::uint16_t>(column.get_up_to(std::numeric_limits<std::uint16_t>::max()));
  });
  decode_column(block, Column::ready, events, [](Event& event, ColumnReader& column) {
    event.ready_ns = static_cast<Ns>(column.get_up_to(kLatest / kReadyUnitNs)) * kReadyUnitNs;
  });
  decode_column(block, Column::result, events,
                [](Event& event, ColumnReader& column) { event.result = column.get_signed(); });
  decode_column(block, Column::flags, events, [](Event& event, ColumnReader& column) {
    event.flags = static_cast<std::uint32_t>(column.get_up_to(std::numeric_limits<std::uint32_t>::max()));
  });
  decode_column(block, Column::stack, events, [](Event& event, ColumnReader& column) {
    event.stack.value = static_cast<std::uint32_t>(column.get_up_to(std::numeric_limits<std::uint32_t>::max()));
  });
}

/// Durations first (raw column values), then points in time from them by the schema's reading rule.
void decode_times(const EventBlock& block, std::vector<Event>& events) {
  const std::uint64_t wall = block.wall_unit_ns;
  const std::uint64_t cpu = block.cpu_unit_ns;
  const auto duration = [cpu](ColumnReader& column) { return static_cast<Ns>(column.get_up_to(kLatest / cpu) * cpu); };
  decode_column(block, Column::burst, events,
                [&](Event& event, ColumnReader& column) { event.burst_ns = duration(column); });
  decode_column(block, Column::call_cpu, events,
                [&](Event& event, ColumnReader& column) { event.call_cpu_ns = duration(column); });
  // Kept in the time fields for a moment; unsigned arithmetic, so that damage wraps instead of overflowing.
  decode_column(block, Column::excess, events,
                [](Event& event, ColumnReader& column) { event.entry_ns = column.get_signed(); });
  decode_column(block, Column::blocked, events,
                [](Event& event, ColumnReader& column) { event.exit_ns = column.get_signed(); });
  std::uint64_t clock = static_cast<std::uint64_t>(block.start_ns);
  const auto advance = [&clock, wall](Ns cpu_ns, Ns extra_units) {
    const std::uint64_t units = static_cast<std::uint64_t>(cpu_ns) / wall + static_cast<std::uint64_t>(extra_units);
    if (units > kLatest / wall || clock + units * wall > kLatest)
      throw FormatError("time runs backwards or never ends");
    clock += units * wall;
    return static_cast<Ns>(clock);
  };
  for (Event& event : events) {
    event.entry_ns = advance(event.burst_ns, event.entry_ns);
    event.exit_ns = advance(event.call_cpu_ns, event.exit_ns);
    if (event.ready_ns > event.exit_ns - event.entry_ns)
      throw FormatError("a thread was ready for longer than its call");
  }
}

void decode_arguments(const EventBlock& block, DecodedEvents& into) {
  std::size_t at_most = 0;  // every argument takes a byte
  for (const auto& list : block.arguments) at_most += list.size();
  into.arguments.clear();
  into.arguments.reserve(at_most);

  std::array<ColumnReader, kArgumentLists> lists = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::array{ColumnReader(block.arguments[I], "arguments")...};
  }
  (std::make_index_sequence<kArgumentLists>());
  decode_column(block, Column::argument_count, into.events, [&](Event& event, ColumnReader& column) {
    const std::uint64_t count = column.get_up_to(at_most - into.arguments.size());
    const std::size_t begin = into.arguments.size();
    for (std::uint64_t i = 0; i < count; ++i) {
      into.arguments.push_back(lists[std::min<std::uint64_t>(i, kArgumentLists - 1)].get_signed());
    }
    event.arguments = {into.arguments.data() + begin, static_cast<std::size_t>(count)};
  });
  for (const ColumnReader& list : lists) list.expect_end();
}

}  // namespace

void EventEncoder::Bytes::put(std::uint64_t value) {
  all_zero &= value == 0;
  put_varint(coded, value);
}

void EventEncoder::Bytes::put_signed(std::int64_t value) { put(zigzag(value)); }

void EventEncoder::Bytes::clear() {
  coded.clear();
  all_zero = true;
}

std::span<const std::uint8_t> EventEncoder::Bytes::view() const {
  return all_zero ? std::span<const std::uint8_t>() : std::span(coded);
}

std::uint64_t EventEncoder::Total::advance(Ns by, std::uint64_t unit_ns) {
  ns += static_cast<std::uint64_t>(std::max<Ns>(by, 0));
  const std::uint64_t units = rounded(ns, unit_ns);
  const std::uint64_t added = units - stored_units;
  stored_units = units;
  return added;
}

EventEncoder::EventEncoder(ThreadId thread, Ns start_ns, std::uint32_t wall_unit_ns, std::uint32_t cpu_unit_ns)
    : thread_(thread),
      wall_unit_(std::max(wall_unit_ns, 1U)),
      cpu_unit_(std::max(cpu_unit_ns, 1U)),
      start_units_(rounded(static_cast<std::uint64_t>(std::max<Ns>(start_ns, 0)), wall_unit_)),
      exit_units_(start_units_) {}

void EventEncoder::add_times(const Event& event) {
  const auto point = [this](Ns ns, std::uint64_t not_before) {
    return std::max(rounded(static_cast<std::uint64_t>(std::max<Ns>(ns, 0)), wall_unit_), not_before);
  };
  const std::uint64_t entry = point(event.entry_ns, exit_units_);
  const std::uint64_t exit = point(event.exit_ns, entry);
  const std::uint64_t burst = cpu_.advance(event.burst_ns, cpu_unit_);
  const std::uint64_t call_cpu = cpu_.advance(event.call_cpu_ns, cpu_unit_);
  // Ready time is coarse: what one event's share loses is given to the next that has room for it.
  ready_carry_ns_ += std::max<Ns>(event.ready_ns, 0);
  const Ns room = std::min(ready_carry_ns_, static_cast<Ns>((exit - entry) * wall_unit_));
  const Ns ready_units = room / kReadyUnitNs;
  ready_carry_ns_ = std::min(ready_carry_ns_ - ready_units * kReadyUnitNs, kReadyUnitNs);

  column(Column::burst).put(burst);
  column(Column::excess).put_signed(static_cast<std::int64_t>(entry - exit_units_ - burst * cpu_unit_ / wall_unit_));
  column(Column::call_cpu).put(call_cpu);
  column(Column::blocked).put_signed(static_cast<std::int64_t>(exit - entry - call_cpu * cpu_unit_ / wall_unit_));
  column(Column::ready).put(static_cast<std::uint64_t>(ready_units));
  exit_units_ = exit;
}

void EventEncoder::add(const Event& event) {
  add_times(event);
  column(Column::kind).put(event.kind);
  column(Column::result).put_signed(event.result);
  column(Column::flags).put(event.flags);
  column(Column::argument_count).put(event.arguments.size());
  column(Column::stack).put(event.stack.value);
  for (std::size_t i = 0; i < event.arguments.size(); ++i) {
    arguments_[std::min(i, kArgumentLists - 1)].put_signed(event.arguments[i]);
  }
  ++count_;
}

std::size_t EventEncoder::bytes() const {
  std::size_t total = 0;
  for (const Bytes& bytes : columns_) total += bytes.coded.size();
  for (const Bytes& bytes : arguments_) total += bytes.coded.size();
  return total;
}

EventBlock EventEncoder::block() const {
  EventBlock block;
  block.thread = thread_;
  block.count = count_;
  block.start_ns = static_cast<Ns>(start_units_ * wall_unit_);
  block.wall_unit_ns = static_cast<std::uint32_t>(wall_unit_);
  block.cpu_unit_ns = static_cast<std::uint32_t>(cpu_unit_);
  std::ranges::transform(columns_, block.columns.begin(), &Bytes::view);
  // The kind column is always there: it is what proves the number of events.
  block.columns[static_cast<std::size_t>(Column::kind)] = columns_[static_cast<std::size_t>(Column::kind)].coded;
  std::ranges::transform(arguments_, block.arguments.begin(), [](const Bytes& list) { return std::span(list.coded); });
  return block;
}

void EventEncoder::next_block() {
  count_ = 0;
  start_units_ = exit_units_;
  for (Bytes& bytes : columns_) bytes.clear();
  for (Bytes& bytes : arguments_) bytes.clear();
}

void decode_events(const EventBlock& block, DecodedEvents& into) {
  if (block.wall_unit_ns == 0 || block.cpu_unit_ns == 0) throw FormatError("its time unit is 0");
  if (block.start_ns < 0) throw FormatError("it starts before the trace");
  if (block.columns[static_cast<std::size_t>(Column::kind)].size() < block.count) {
    throw FormatError("column kind has too few values");
  }
  Event zero;
  zero.thread = block.thread;
  into.events.assign(block.count, zero);
  decode_simple_columns(block, into.events);
  decode_times(block, into.events);
  decode_arguments(block, into);
}

}  // namespace simrec
