#include "trace-format/event_columns.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <string>

#include "trace-format/syscall_table.h"
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
  const auto duration = [&block, cpu](ColumnReader& column) {
    const std::uint64_t units = block.cpu.value(column.get());
    if (units > kLatest / cpu) throw FormatError("a duration never ends");
    return static_cast<Ns>(units * cpu);
  };
  const auto extra = [&block](ColumnReader& column) {
    const std::int64_t coded = column.get_signed();
    const std::uint64_t size =
        block.wall.value(coded < 0 ? 0 - static_cast<std::uint64_t>(coded) : static_cast<std::uint64_t>(coded));
    return static_cast<Ns>(coded < 0 ? 0 - size : size);
  };
  decode_column(block, Column::burst, events,
                [&](Event& event, ColumnReader& column) { event.burst_ns = duration(column); });
  decode_column(block, Column::call_cpu, events,
                [&](Event& event, ColumnReader& column) { event.call_cpu_ns = duration(column); });
  // Kept in the time fields for a moment; unsigned arithmetic, so that damage wraps instead of overflowing.
  decode_column(block, Column::excess, events,
                [&](Event& event, ColumnReader& column) { event.entry_ns = extra(column); });
  decode_column(block, Column::blocked, events,
                [&](Event& event, ColumnReader& column) { event.exit_ns = extra(column); });
  std::uint64_t clock = 0;
  const auto advance = [&clock, wall](Ns cpu_ns, Ns extra_units) {
    const std::uint64_t units = static_cast<std::uint64_t>(cpu_ns) / wall + static_cast<std::uint64_t>(extra_units);
    if (units > kLatest / wall || clock + units * wall > kLatest)
      throw FormatError("time runs backwards or never ends");
    clock += units * wall;
    return static_cast<Ns>(clock);
  };
  auto event = events.begin();
  for (const Segment& segment : segments_of(block)) {
    clock = static_cast<std::uint64_t>(segment.start_ns);
    for (const auto end = event + segment.count; event != end; ++event) {
      event->thread = segment.thread;
      event->entry_ns = advance(event->burst_ns, event->entry_ns);
      event->exit_ns = advance(event->call_cpu_ns, event->exit_ns);
      if (event->ready_ns > event->exit_ns - event->entry_ns)
        throw FormatError("a thread was ready for longer than its call");
    }
  }
}

/// Differences of ids: 0 stays 0, so that calls that failed cost nothing; what 0 would have stood for, the same id
/// again, takes the place of the difference that leads to 0. A bijection for any 64 bits.
std::int64_t id_code(std::int64_t id, std::int64_t& previous) {
  const auto now = static_cast<std::uint64_t>(id), before = static_cast<std::uint64_t>(previous);
  if (now == 0) return 0;
  previous = id;
  return static_cast<std::int64_t>(now == before ? 0 - before : now - before);
}

std::int64_t id_of(std::int64_t code, std::int64_t& previous) {
  const auto coded = static_cast<std::uint64_t>(code), before = static_cast<std::uint64_t>(previous);
  if (coded == 0) return 0;
  previous = static_cast<std::int64_t>(coded == 0 - before ? before : before + coded);
  return previous;
}

/// Finds the arguments that are ids: a bit per position, by kind.
class IdPositions {
 public:
  explicit IdPositions(const std::vector<IdArgument>& arguments) : arguments_(arguments) {
    for (const IdArgument& a : arguments_) bits_[a.kind] = static_cast<std::uint8_t>(bits_[a.kind] | 1U << a.position);
  }
  bool any(std::uint16_t kind) const { return kind < kIdKinds && bits_[kind] != 0; }
  /// Position in the list, or its size.
  std::size_t find(std::uint16_t kind, std::size_t position) const {
    if (position >= kIdPositions || (bits_[kind] >> position & 1U) == 0) return arguments_.size();
    return static_cast<std::size_t>(
        std::ranges::find(arguments_, IdArgument{kind, static_cast<std::uint8_t>(position)}) - arguments_.begin());
  }
  const std::vector<IdArgument>& arguments() const { return arguments_; }

 private:
  std::vector<IdArgument> arguments_;
  std::array<std::uint8_t, kIdKinds> bits_{};
};

/// Paths and objects of the calls that open and execute.
const IdPositions& written_ids() {
  static const IdPositions ids = [] {
    std::vector<IdArgument> arguments;
    for (const SyscallRow& row : syscall_table()) {
      const std::size_t first = row.argument_count();
      const std::size_t count = row.extra == Extra::open ? 2 : row.extra == Extra::exec ? 1 : 0;
      for (std::size_t i = first; i < first + count && i < kIdPositions; ++i) {
        arguments.push_back({row.number, static_cast<std::uint8_t>(i)});
      }
    }
    return IdPositions(arguments);
  }();
  return ids;
}

/// The ids an argument list holds as differences, made whole; events in the order of their segments.
void restore_ids(const EventBlock& block, DecodedEvents& into, const std::vector<std::size_t>& begins) {
  if (block.id_arguments.empty()) return;
  const IdPositions ids(block.id_arguments);
  std::vector<std::int64_t> previous(block.id_arguments.size());
  std::size_t i = 0;
  for (const Segment& segment : segments_of(block)) {
    std::ranges::fill(previous, 0);
    for (const std::size_t end = i + segment.count; i < end; ++i) {
      const Event& event = into.events[i];
      if (!ids.any(event.kind)) continue;
      for (std::size_t a = 0; a < event.arguments.size(); ++a) {
        const std::size_t found = ids.find(event.kind, a);
        std::int64_t& argument = into.arguments[begins[i] + a];
        if (found < previous.size()) argument = id_of(argument, previous[found]);
      }
    }
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
  std::vector<std::size_t> begins;
  begins.reserve(into.events.size());
  decode_column(block, Column::argument_count, into.events, [&](Event& event, ColumnReader& column) {
    const std::uint64_t count = column.get_up_to(at_most - into.arguments.size());
    const std::size_t begin = into.arguments.size();
    for (std::uint64_t i = 0; i < count; ++i) {
      into.arguments.push_back(lists[std::min<std::uint64_t>(i, kArgumentLists - 1)].get_signed());
    }
    event.arguments = {into.arguments.data() + begin, static_cast<std::size_t>(count)};
    begins.push_back(begin);
  });
  for (const ColumnReader& list : lists) list.expect_end();
  if (begins.size() == into.events.size()) restore_ids(block, into, begins);
}

void check_segments(const EventBlock& block) {
  std::uint64_t sum = 0;
  for (const Segment& segment : segments_of(block)) {
    if (segment.start_ns < 0) throw FormatError("it starts before the trace");
    sum += segment.count;
  }
  if (sum != block.count) throw FormatError("its threads have other numbers of events than it says");
}

void check_scale(const TimeScale& scale) {
  if (scale.bits > TimeScale::kMost || scale.shift > TimeScale::kMost)
    throw FormatError("its times are scaled wrongly");
}

}  // namespace

// The hottest loop of a recording's writer: a dozen values per event, most of them 0, nearly all below 128.
[[gnu::always_inline]] inline void EventColumns::Bytes::put(std::uint64_t value) {
  if (only_zeros) {
    if (value == 0) {
      ++zeros;
      return;
    }
    store_zeros();
  }
  if (value < 0x80) {
    coded.push_back(static_cast<std::uint8_t>(value));
  } else {
    put_varint(coded, value);
  }
}

void EventColumns::Bytes::store_zeros() {
  coded.assign(zeros, 0);
  only_zeros = false;
}

void EventColumns::Bytes::append(const Bytes& more) {
  if (more.only_zeros && only_zeros) {
    zeros += more.zeros;
    return;
  }
  if (only_zeros) store_zeros();
  if (more.only_zeros) {
    coded.insert(coded.end(), more.zeros, 0);
  } else {
    coded.insert(coded.end(), more.coded.begin(), more.coded.end());
  }
}

void EventColumns::Bytes::clear() {
  coded.clear();
  zeros = 0;
  only_zeros = !keep_zeros;
}

EventColumns::EventColumns() {
  // The kind column is always there: it is what proves the number of events. Argument lists have other lengths.
  at(Column::kind).keep_zeros = true;
  for (Bytes& list : arguments_) list.keep_zeros = true;
  clear();
}

void EventColumns::put_signed(Column which, std::int64_t value) { put(which, zigzag(value)); }

void EventColumns::put_argument(std::size_t position, std::int64_t value) {
  arguments_[std::min(position, kArgumentLists - 1)].put(zigzag(value));
}

void EventColumns::append(const EventColumns& more) {
  for (std::size_t i = 0; i < kColumns; ++i) columns_[i].append(more.columns_[i]);
  for (std::size_t i = 0; i < kArgumentLists; ++i) arguments_[i].append(more.arguments_[i]);
}

void EventColumns::clear() {
  for (Bytes& bytes : columns_) bytes.clear();
  for (Bytes& bytes : arguments_) bytes.clear();
}

std::size_t EventColumns::bytes() const {
  std::size_t total = 0;
  for (const Bytes& bytes : columns_) total += bytes.coded.size();
  for (const Bytes& bytes : arguments_) total += bytes.coded.size();
  return total;
}

void EventColumns::show(EventBlock& block) const {
  const auto view = [](const Bytes& bytes) { return std::span<const std::uint8_t>(bytes.coded); };
  std::ranges::transform(columns_, block.columns.begin(), view);
  std::ranges::transform(arguments_, block.arguments.begin(), view);
}

std::uint64_t EventEncoder::Total::advance(Ns by, std::uint64_t unit_ns, const Rounding& rounding) {
  ns += static_cast<std::uint64_t>(std::max<Ns>(by, 0));
  const std::uint64_t now = rounded(ns, unit_ns);
  const auto exact = static_cast<std::int64_t>(now - exact_units);
  exact_units = now;
  std::int64_t wanted = exact;
  if (owed_units != 0) {
    // What is owed goes to a duration that is rounded as coarsely; it would distort a short one.
    const unsigned step = std::max(rounding.cpu.exponent_of(static_cast<std::uint64_t>(exact)), rounding.least_shift);
    if (std::abs(owed_units) <= std::int64_t{1} << step) wanted = std::max<std::int64_t>(exact + owed_units, 0);
  }
  const std::uint64_t stored = rounding.cpu.nearest(static_cast<std::uint64_t>(wanted), rounding.least_shift);
  owed_units += exact - static_cast<std::int64_t>(stored);
  return stored;
}

EventEncoder::EventEncoder(ThreadId thread, Ns start_ns, const TimePrecision& precision)
    : thread_(thread), precision_(precision), previous_ids_(written_ids().arguments().size()) {
  precision_.wall_unit_ns = std::max(precision.wall_unit_ns, 1U);
  precision_.cpu_unit_ns = std::max(precision.cpu_unit_ns, 1U);
  start_units_ = rounded(static_cast<std::uint64_t>(std::max<Ns>(start_ns, 0)), precision_.wall_unit_ns);
  exit_units_ = start_units_;
  const auto units = [this](Ns tolerance) { return static_cast<std::uint64_t>(tolerance) / precision_.wall_unit_ns; };
  fine_ = {precision_.cpu, precision_.wall, 0, units(precision_.wall_tolerance_ns)};
  coarse_ = {{precision_.coarse_bits, precision_.cpu.shift},
             {precision_.coarse_bits, precision_.wall.shift},
             precision_.coarse_shift,
             units(precision_.coarse_wall_tolerance_ns)};
}

/// What to store so that the clock, now at exit_units_, comes to `wanted` or near it after `cpu_units` of wall time.
std::int64_t EventEncoder::extra_units(std::uint64_t wanted, std::uint64_t cpu_units, const Rounding& rounding) const {
  const auto off = static_cast<std::int64_t>(std::max(wanted, exit_units_) - exit_units_ - cpu_units);
  const auto size = static_cast<std::uint64_t>(std::abs(off));
  if (size <= rounding.wall_tolerance_units) return 0;
  const std::uint64_t nearest = rounding.wall.nearest(size, rounding.least_shift);
  if (off > 0) return static_cast<std::int64_t>(nearest);
  // Time must not go back.
  return -static_cast<std::int64_t>(nearest <= cpu_units ? nearest : precision_.wall.below(size));
}

void EventEncoder::add_times(const Event& event) {
  const std::uint64_t wall_unit = precision_.wall_unit_ns;
  const std::uint64_t cpu_unit = precision_.cpu_unit_ns;
  const Rounding& rounding = (event.flags & kFast) == 0 ? coarse_ : fine_;
  const auto point = [wall_unit](Ns ns) { return rounded(static_cast<std::uint64_t>(std::max<Ns>(ns, 0)), wall_unit); };
  const auto move = [&](Ns to, std::uint64_t cpu, Column column) {
    const std::uint64_t cpu_units = cpu * cpu_unit / wall_unit;
    const std::int64_t extra = extra_units(point(to), cpu_units, rounding);
    columns_.put_signed(column, extra == 0 ? 0 : code_signed(precision_.wall, extra));
    exit_units_ += cpu_units + static_cast<std::uint64_t>(extra);
  };
  const std::uint64_t burst = cpu_.advance(event.burst_ns, cpu_unit, rounding);
  const std::uint64_t call_cpu = cpu_.advance(event.call_cpu_ns, cpu_unit, rounding);
  columns_.put(Column::burst, precision_.cpu.code(burst));
  columns_.put(Column::call_cpu, precision_.cpu.code(call_cpu));
  move(event.entry_ns, burst, Column::excess);
  const std::uint64_t entry = exit_units_;
  move(event.exit_ns, call_cpu, Column::blocked);

  // Ready time is coarse: what one event's share loses is given to the next that has room for it.
  ready_carry_ns_ += std::max<Ns>(event.ready_ns, 0);
  const Ns room = std::min(ready_carry_ns_, static_cast<Ns>((exit_units_ - entry) * wall_unit));
  const Ns ready_units = room / kReadyUnitNs;
  ready_carry_ns_ = std::min(ready_carry_ns_ - ready_units * kReadyUnitNs, kReadyUnitNs);
  columns_.put(Column::ready, static_cast<std::uint64_t>(ready_units));
}

void EventEncoder::add_arguments(const Event& event) {
  const IdPositions& ids = written_ids();
  if (!ids.any(event.kind)) {
    for (std::size_t i = 0; i < event.arguments.size(); ++i) columns_.put_argument(i, event.arguments[i]);
    return;
  }
  for (std::size_t i = 0; i < event.arguments.size(); ++i) {
    const std::size_t found = ids.find(event.kind, i);
    const bool is_id = found < previous_ids_.size();
    columns_.put_argument(i, is_id ? id_code(event.arguments[i], previous_ids_[found]) : event.arguments[i]);
  }
}

void EventEncoder::add(const Event& event) {
  add_times(event);
  columns_.put(Column::kind, event.kind);
  columns_.put_signed(Column::result, event.result);
  columns_.put(Column::flags, event.flags);
  columns_.put(Column::argument_count, event.arguments.size());
  columns_.put(Column::stack, event.stack.value);
  add_arguments(event);
  ++count_;
}

Segment EventEncoder::segment() const {
  return {thread_, count_, static_cast<Ns>(start_units_ * precision_.wall_unit_ns)};
}

EventBlock EventEncoder::block() const {
  EventGroup alone(precision_);
  alone.add(*this);
  EventBlock block = alone.block();
  columns_.show(block);
  return block;
}

void EventEncoder::next_block() {
  count_ = 0;
  start_units_ = exit_units_;
  columns_.clear();
  std::ranges::fill(previous_ids_, 0);
}

void EventGroup::add(const EventEncoder& encoder) {
  segments_.push_back(encoder.segment());
  count_ += encoder.count();
  columns_.append(encoder.columns());
}

EventBlock EventGroup::block() const {
  EventBlock block;
  block.count = count_;
  if (segments_.size() == 1) {
    block.thread = segments_[0].thread;
    block.start_ns = segments_[0].start_ns;
  } else {
    block.segments = segments_;
  }
  block.wall_unit_ns = precision_.wall_unit_ns;
  block.cpu_unit_ns = precision_.cpu_unit_ns;
  block.wall = precision_.wall;
  block.cpu = precision_.cpu;
  block.id_arguments = written_ids().arguments();
  columns_.show(block);
  return block;
}

void EventGroup::clear() {
  count_ = 0;
  segments_.clear();
  columns_.clear();
}

std::vector<Segment> segments_of(const EventBlock& block) {
  if (!block.segments.empty()) return block.segments;
  return {{block.thread, block.count, block.start_ns}};
}

void decode_events(const EventBlock& block, DecodedEvents& into) {
  if (block.wall_unit_ns == 0 || block.cpu_unit_ns == 0) throw FormatError("its time unit is 0");
  check_scale(block.wall);
  check_scale(block.cpu);
  check_segments(block);
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
