// Column coding of events: LEB128 varints per column, as trace.capnp documents and FORMAT.md explains.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "trace-format/model.h"

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
  ThreadId thread;
  std::uint32_t count = 0;
  Ns start_ns = 0;
  std::uint32_t wall_unit_ns = 1;
  std::uint32_t cpu_unit_ns = 1;
  std::array<std::span<const std::uint8_t>, kColumns> columns;  ///< empty = all zero
  std::array<std::span<const std::uint8_t>, kArgumentLists> arguments;
};

/// Codes the events of one thread; one block after the other.
class EventEncoder {
 public:
  EventEncoder(ThreadId thread, Ns start_ns, std::uint32_t wall_unit_ns, std::uint32_t cpu_unit_ns);

  /// Adds an event. Times are rounded as points (wall) and totals (CPU), so errors never add up; times
  /// that went back and negative durations, which clocks can produce, are raised to what is possible.
  void add(const Event& event);

  std::uint32_t count() const { return count_; }
  std::size_t bytes() const;  ///< coded so far, argument lists included
  /// The block so far; its spans are valid until add() or next_block().
  EventBlock block() const;
  /// Starts the next block, which continues where this one ended.
  void next_block();

 private:
  struct Bytes {
    std::vector<std::uint8_t> coded;
    bool all_zero = true;
    void put(std::uint64_t value);
    void put_signed(std::int64_t value);
    void clear();
    std::span<const std::uint8_t> view() const;
  };
  /// A running total in ns, and how much of it is already stored in units.
  struct Total {
    std::uint64_t ns = 0;
    std::uint64_t stored_units = 0;
    std::uint64_t advance(Ns by, std::uint64_t unit_ns);
  };
  Bytes& column(Column which) { return columns_[static_cast<std::size_t>(which)]; }
  void add_times(const Event& event);

  ThreadId thread_;
  std::uint64_t wall_unit_;
  std::uint64_t cpu_unit_;
  std::uint32_t count_ = 0;
  std::uint64_t start_units_;  ///< wall clock before the block's first event
  std::uint64_t exit_units_;   ///< wall clock after the last event
  Total cpu_;
  Ns ready_carry_ns_ = 0;
  std::array<Bytes, kColumns> columns_;
  std::array<Bytes, kArgumentLists> arguments_;
};

/// Decoded events of one block and the arguments they point to.
struct DecodedEvents {
  std::vector<Event> events;
  std::vector<std::int64_t> arguments;
};

/// Decodes a block. Throws FormatError when a column is too short, too long or holds an impossible value.
void decode_events(const EventBlock& block, DecodedEvents& into);

}  // namespace simrec
