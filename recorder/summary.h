// What simrec says on stderr when the recording is over.
#pragma once

#include <ostream>

#include "recorder/event_log.h"
#include "recorder/tracer.h"

namespace simrec::record {

struct SummaryInput {
  const Outcome& outcome;
  const Totals& totals;
  const Calibration& calibration;
  const std::map<std::string, std::uint64_t>& losses;
  std::string trace_path;
  std::uint64_t trace_bytes = 0;
  Ns recorder_cpu_ns = 0;
  bool verbose = false;
};

/// What interception cost, by the calibrated ledger: wall-clock time, and the CPU time it added to bursts and calls.
struct OverheadRemoved {
  Ns wall_ns = 0;
  Ns cpu_ns = 0;
  Ns uncertainty_ns = 0;
};
OverheadRemoved overhead_of(const Totals& totals, const Calibration& calibration);

void print_summary(std::ostream& out, const SummaryInput& input);

}  // namespace simrec::record
