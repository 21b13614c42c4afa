// Column coding of events: LEB128 varints per column, as trace.capnp documents and FORMAT.md explains.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "trace-format/model.h"
#include "trace-format/segments.h"
#include "trace-format/time_scale.h"

namespace simrec {

/// Columns of schema struct Events that hold one value per event.
enum class Column : std::uint8_t {
  kind,
  burst,
  excess,
  call_cpu,
  blocked,
  ready,
  result,
  flags,
  argument_count,
  stack,
};
inline constexpr std::size_t kColumns = 10;
inline constexpr std::size_t kArgumentLists = 8;

/// Granularity of Events.ready.
inline constexpr Ns kReadyUnitNs = 10'000;

/// Schema struct Events with its columns still coded.
struct EventBlock {
  ThreadId thread;          ///< these three: of a block of one thread
  std::uint32_t count = 0;  ///< of all segments together
  Ns start_ns = 0;
  std::vector<Segment> segments{};  ///< of a block of several threads; else empty
  std::uint32_t wall_unit_ns = 1;
  std::uint32_t cpu_unit_ns = 1;
  TimeScale wall{};
  TimeScale cpu{};
  std::vector<IdArgument> id_arguments{};
  std::array<std::span<const std::uint8_t>, kColumns> columns;  ///< empty = all zero
  std::array<std::span<const std::uint8_t>, kArgumentLists> arguments;
};

/// Columns while they grow.
class EventColumns {
 public:
  EventColumns();
  void put(Column which, std::uint64_t value) { at(which).put(value); }
  void put_signed(Column which, std::int64_t value);
  void put_argument(std::size_t position, std::int64_t value);
  void append(const EventColumns& more);
  void clear();
  std::size_t bytes() const;  ///< coded so far, argument lists included
  /// Sets a block's spans, valid until the next change.
  void show(EventBlock& block) const;

 private:
  struct Bytes {
    std::vector<std::uint8_t> coded;  ///< empty while there are only zeros
    std::size_t zeros = 0;            ///< values, while there are only zeros
    bool only_zeros = true;
    bool keep_zeros = false;
    void put(std::uint64_t value);
    void store_zeros();
    void append(const Bytes& more);
    void clear();
  };
  Bytes& at(Column which) { return columns_[static_cast<std::size_t>(which)]; }

  std::array<Bytes, kColumns> columns_;
  std::array<Bytes, kArgumentLists> arguments_;
};

/// Codes the events of one thread; one block after the other.
class EventEncoder {
 public:
  EventEncoder(ThreadId thread, Ns start_ns, const TimePrecision& precision);
  EventEncoder(ThreadId thread, Ns start_ns, std::uint32_t wall_unit_ns, std::uint32_t cpu_unit_ns)
      : EventEncoder(thread, start_ns, TimePrecision{.wall_unit_ns = wall_unit_ns, .cpu_unit_ns = cpu_unit_ns}) {}

  void add(const Event& event);
  std::uint32_t count() const { return count_; }
  const EventColumns& columns() const { return columns_; }
  Segment segment() const;
  /// The block so far; its spans are valid until add() or next_block().
  EventBlock block() const;
  /// Starts the next block, which continues where this one ended.
  void next_block();

 private:
  /// How one kind of event is rounded, in units.
  struct Rounding {
    TimeScale cpu{}, wall{};
    unsigned least_shift = 0;
    std::uint64_t wall_tolerance_units = 0;
  };
  /// A running total in ns, and how much of it is already stored in units.
  struct Total {
    std::uint64_t ns = 0;
    std::uint64_t exact_units = 0;  ///< of ns
    std::int64_t owed_units = 0;    ///< what rounding took from earlier durations, given to the next that has room
    std::uint64_t advance(Ns by, std::uint64_t unit_ns, const Rounding& rounding);
  };
  void add_times(const Event& event);
  std::int64_t extra_units(std::uint64_t wanted, std::uint64_t cpu_units, const Rounding& rounding) const;
  void add_arguments(const Event& event);

  ThreadId thread_;
  TimePrecision precision_;
  Rounding fine_, coarse_;
  std::uint32_t count_ = 0;
  std::uint64_t start_units_;  ///< wall clock before the block's first event
  std::uint64_t exit_units_;   ///< wall clock after the last event, as a reader will have it
  Total cpu_;
  Ns ready_carry_ns_ = 0;
  EventColumns columns_;
  std::vector<std::int64_t> previous_ids_;  ///< by position in id_arguments()
};

/// Collects the blocks of several threads, so that many short ones are stored as one.
class EventGroup {
 public:
  explicit EventGroup(const TimePrecision& precision) : precision_(precision) {}
  void add(const EventEncoder& encoder);
  std::uint32_t count() const { return count_; }
  std::size_t bytes() const { return columns_.bytes(); }
  /// What was added; its spans are valid until the next change.
  EventBlock block() const;
  void clear();

 private:
  TimePrecision precision_;
  std::uint32_t count_ = 0;
  std::vector<Segment> segments_;
  EventColumns columns_;
};

/// Decoded events of one block and the arguments they point to.
struct DecodedEvents {
  std::vector<Event> events;
  std::vector<std::int64_t> arguments;
};

/// The segments of a block, one for a block of one thread.
std::vector<Segment> segments_of(const EventBlock& block);

/// Decodes a block, segment after segment. Throws FormatError when a column is too short, too long or holds an
/// impossible value.
void decode_events(const EventBlock& block, DecodedEvents& into);

}  // namespace simrec
