// Runs of the known program, for whoever compares recorded with untraced ones.
#pragma once

#include <vector>

#include "recorder/calibrate_program.h"
#include "trace-format/model.h"

namespace simrec::record {

/// A KnownRun in memory shared with children.
class SharedRun {
 public:
  SharedRun();  ///< throws std::bad_alloc
  ~SharedRun();
  SharedRun(const SharedRun&) = delete;
  SharedRun& operator=(const SharedRun&) = delete;
  KnownRun& operator*() { return *run_; }

 private:
  KnownRun* run_;
};

/// Notes of some untraced runs; fewer when runs failed.
std::vector<KnownRun> untraced_runs(SharedRun& shared);

/// What one call of a turn and the burst before it take, ns.
struct Slot {
  double burst = 0, call = 0;
};

using Phase = KnownCall (KnownRun::*)[KnownRun::kMaxCalls];

/// A phase's slots: over all turns of all runs but the first turns.
std::vector<Slot> slots_of(const std::vector<KnownRun>& runs, Phase phase, std::size_t slots);

/// The known program's own calls among the events of a recorded run: the last ones of its kinds, the phases one after
/// the other; empty when they are not all there.
std::vector<Event> known_events(const std::vector<Event>& events);

}  // namespace simrec::record
