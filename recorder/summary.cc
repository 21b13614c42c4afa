#include "recorder/summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "trace-format/units.h"

namespace simrec::record {
namespace {

std::string bytes_per_event(std::uint64_t bytes, std::uint64_t events) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f",
                events == 0 ? 0.0 : static_cast<double>(bytes) / static_cast<double>(events));
  return text;
}

}  // namespace

OverheadRemoved overhead_of(const Totals& totals, const Calibration& calibration) {
  OverheadRemoved sum;
  double variance = 0;
  for (const StopCost& cost : calibration.stops) {
    const std::size_t cross = cost.same_cpu ? 0 : 1;
    const std::uint64_t stops =  // a sample is one stop, as an entry is
        cost.whole_call ? totals.whole_calls[cross] : totals.entry_only[cross] + totals.samples[cross];
    const std::uint64_t n = cost.tier == 2 ? totals.fast_calls : stops;
    const auto count = static_cast<Ns>(n);
    sum.wall_ns += count * cost.wall_ns;
    sum.cpu_ns += count * (cost.burst_bias_ns + cost.call_bias_ns);
    variance += static_cast<double>(n) * static_cast<double>(cost.residual_ns) * static_cast<double>(cost.residual_ns);
  }
  sum.uncertainty_ns = static_cast<Ns>(std::sqrt(variance));  // independent errors of single calls
  return sum;
}

void print_summary(std::ostream& out, const SummaryInput& input) {
  const OverheadRemoved overhead = overhead_of(input.totals, input.calibration);
  const Ns compute = std::max<Ns>(0, input.totals.burst_ns + input.totals.call_cpu_ns - overhead.cpu_ns);
  out << "simrec: " << format_count_of(input.outcome.processes, "process", "processes") << ", "
      << format_count_of(input.outcome.threads, "thread") << ", " << format_count_of(input.totals.events, "event")
      << " in " << format_duration(input.outcome.end_ns) << "\n"
      << "        " << format_duration(compute) << " computing, " << format_duration(input.totals.blocked_ns)
      << " blocked in calls (all threads)\n"
      << "        tracing cost removed: " << format_duration(overhead.wall_ns) << " of wall time, "
      << format_duration(overhead.cpu_ns) << " of CPU time ± " << format_duration(overhead.uncertainty_ns)
      << "; simrec itself used " << format_duration(input.recorder_cpu_ns) << "\n";
  if (!input.outcome.bound.empty())
    out << "        ended by " << input.outcome.bound << "; the program goes on unrecorded\n";
  for (const auto& [what, count] : input.losses)
    out << "        not recorded: " << what << " (" << format_count(count) << ")\n";
  const std::uint64_t stops = input.totals.whole_calls[0] + input.totals.whole_calls[1] + input.totals.entry_only[0] +
                              input.totals.entry_only[1];
  if (const std::uint64_t calls = stops + input.totals.fast_calls; calls != 0)
    out << "        " << format_count_of(calls, "call") << ": " << format_count(input.totals.fast_calls * 100 / calls)
        << " % on the fast path, the others by stopping the thread\n";
  if (input.verbose) {
    out << "        calls: " << format_count(input.totals.whole_calls[0] + input.totals.whole_calls[1]) << " whole, "
        << format_count(input.totals.entry_only[0] + input.totals.entry_only[1]) << " at entry only; "
        << format_count(input.totals.whole_calls[1] + input.totals.entry_only[1])
        << " with the recorder on another core\n";
    if (const std::uint64_t samples = input.totals.samples[0] + input.totals.samples[1]; samples > 0)
      out << "        samples: " << format_count(samples) << "\n";
  }
  out << "        " << input.trace_path << ": " << format_bytes(input.trace_bytes) << ", "
      << bytes_per_event(input.trace_bytes, input.totals.events) << " bytes/event\n";
  if (input.trace_path != "-")
    out << "Next:   simtrace info " << input.trace_path << "\n        simreplay " << input.trace_path
        << " platform.xml\n";
}

}  // namespace simrec::record
