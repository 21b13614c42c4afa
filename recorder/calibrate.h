// Measures this machine before a recording: core speed, wake-up and loopback costs, and what
// interception itself costs (the observer ledger).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "trace-format/model.h"

namespace simrec::record {

/// Where a calibration child and its tracer run, relative to each other.
enum class Placement { free, sameCpu, crossCpu };

/// Runs `child_body` in a forked, traced child under the recorder's own interception path and returns
/// the child's main thread's events, in order, with raw times. `child_body` makes system calls of the
/// table only and never returns into the caller's code paths (the child `_exit`s after it).
/// Under Placement::sameCpu / crossCpu the tracer keeps itself on / off the child's core for the whole run;
/// events whose tracer was on another core carry kCrossCpu.
using RecordChild = std::function<std::vector<Event>(const std::function<void()>& child_body, Placement placement)>;

/// Core speed, loopback, wake-up and timer figures; `stops` empty. Takes ~0.2 s.
/// Every figure is the median of several short rounds.
Calibration calibrate_host();

/// Observer ledger of tier 1: a child with bursts of known length is run under `record` and untraced,
/// the differences (medians) are the biases, their median absolute deviation the residual. Takes ~0.1 s.
/// Entries for whole calls and entry-only ones, tracer on the same and on another core (as far as the
/// machine has two cores).
std::vector<StopCost> calibrate_stops(const RecordChild& record);

/// Observer ledger of tier 2, from a `record` that uses it from the first call on; nullopt when it could not be
/// brought to use it. Takes ~20 ms.
std::optional<StopCost> calibrate_fast(const RecordChild& record);

/// Both of the first: everything a trace's header needs, in less than ~0.4 s.
Calibration calibrate(const RecordChild& record);

}  // namespace simrec::record
