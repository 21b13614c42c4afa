// Walks all threads of a trace in one global order of entries and exits.
#pragma once

#include <cstdint>
#include <vector>

#include "trace-format/trace_reader.h"

namespace simrec::replay::causal {

enum class Phase : std::uint8_t { entry, exit };

/// One moment of the recording: an event's entry or exit. Entry-only events have no exit step.
struct Step {
  std::uint32_t thread = 0;
  std::uint32_t index = 0;  ///< of the event in its thread
  Phase phase = Phase::entry;
  const Event* event = nullptr;  ///< valid until the thread's next step
};

/// K-way merge. The recorder guarantees that a cause's entry precedes its effect's exit; stored times are
/// rounded, so exits are taken a little later, which keeps that order and each thread's own.
class EventMerge {
 public:
  explicit EventMerge(const Trace& trace);
  /// Moves to the next step; false at the end.
  bool next(Step& step);

 private:
  struct Cursor {
    const ThreadEvents* events = nullptr;
    Event event;
    std::uint32_t index = 0;
    Phase phase = Phase::entry;
    Ns time = 0;
  };
  struct Entry {
    std::uint64_t key;  ///< time, entries before exits
    std::uint32_t thread;
    bool operator<(const Entry& o) const { return key != o.key ? key < o.key : thread < o.thread; }
  };
  static std::uint64_t key(const Cursor& cursor);
  bool advance(Cursor& cursor);
  void sift_down();

  std::vector<Cursor> cursors_;
  std::vector<Entry> heap_;  ///< smallest first; heap_[0] belongs to the step given last
  bool started_ = false;
};

}  // namespace simrec::replay::causal
