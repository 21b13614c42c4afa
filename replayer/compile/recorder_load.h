// What the recorder took of the time that threads were off their cores though they had work.
#pragma once

#include <vector>

#include "trace-format/ledger.h"
#include "trace-format/trace_reader.h"

namespace simrec::replay::causal {

/// When the recorder was at work: its CPU time, spread over the events it handled. A stop is handled at once, so that
/// work stands where the event does. Records of the fast path are handled in batches behind the events, so that work is
/// known for windows of several batches only: within one, it had a core whenever a thread had to do without for no
/// reason of the program's own, until it is used up. Only that part of it counts that found no idle core: as much as
/// the program's own threads kept the cores busy.
class RecorderLoad {
 public:
  /// Of a recording until `end`, in ns.
  RecorderLoad(const Trace& trace, const Ledger& ledger, Ns end);

  /// A thread was off its core for `off_core` ns between two moments, though it had work. `crowded`: how much of it
  /// lets one conclude that the program's own threads got in each other's way, where it was not the recorder.
  void note(Ns off_core, Ns crowded, Ns from, Ns to);

  struct Shares {
    Ns recorder = 0;  ///< of what was noted: taken by the recorder
    Ns crowded = 0;   ///< by the program's own threads
  };
  Shares shares() const;

 private:
  struct Window {
    double drain_cpu = 0, off_core = 0, crowded = 0;
    double own_cpu = 0;  ///< the program's
  };
  std::size_t bucket_at(Ns time) const;
  std::size_t window_at(Ns time) const;
  void spread_over_events(const Trace& trace, const Ledger& ledger);
  double busy(const Window& window) const;
  /// CPU time at stops until a moment.
  double stops_until(Ns time) const;

  Ns end_, bucket_ns_ = 1, window_ns_ = 1;
  double cores_ = 1;
  std::vector<double> stops_before_;  ///< CPU used at stops before each bucket's start, and at the end of the last
  std::vector<Window> windows_;
  double taken_at_stops_ = 0;
};

}  // namespace simrec::replay::causal
