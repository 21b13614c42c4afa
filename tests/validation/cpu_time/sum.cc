// Sums a trace's CPU time, raw and with the observer ledger's share removed: cpu_time_sum TRACE [--calls].
// Prints JSON for ./run; with --calls also a table by call.
#include <cstdio>
#include <cstring>
#include <exception>
#include <map>
#include <string>

#include "trace-format/ledger.h"
#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

using namespace simrec;

namespace {

struct Sum {
  long events = 0;
  long cross = 0;
  double burst = 0, call = 0, fixed_burst = 0, fixed_call = 0;
  void add(const Event& event, const CorrectedTimes& fixed) {
    ++events;
    cross += (event.flags & kCrossCpu) != 0;
    burst += static_cast<double>(event.burst_ns);
    call += static_cast<double>(event.call_cpu_ns);
    fixed_burst += static_cast<double>(fixed.burst_ns);
    fixed_call += static_cast<double>(fixed.call_cpu_ns);
  }
};

void print(const char* name, const Sum& s) {
  const double n = static_cast<double>(s.events);
  std::printf("%-18s %8ld %8ld  burst %8.2f -> %8.2f  call %8.2f -> %8.2f us each\n", name, s.events, s.cross,
              s.burst / n / 1e3, s.fixed_burst / n / 1e3, s.call / n / 1e3, s.fixed_call / n / 1e3);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) return 2;
  TraceReader reader(argv[1]);
  const Ledger ledger(reader.header().calibration);
  Sum total;
  std::map<std::uint16_t, Sum> by_kind;
  while (const auto block = reader.next()) {
    for (const Event& event : *block) {
      const CorrectedTimes fixed = ledger.corrected(event);
      total.add(event, fixed);
      by_kind[event.kind].add(event, fixed);
    }
  }
  std::printf("{\"raw_s\": %.9f, \"corrected_s\": %.9f, \"events\": %ld, \"cross\": %ld}\n",
              (total.burst + total.call) / 1e9, (total.fixed_burst + total.fixed_call) / 1e9, total.events,
              total.cross);
  if (argc > 2 && std::strcmp(argv[2], "--calls") == 0) {
    for (const StopCost& s : reader.header().calibration.stops)
      std::printf("ledger %s %s burst %ld call %ld wall %ld residual %ld\n", s.whole_call ? "whole" : "entry",
                  s.same_cpu ? "same" : "cross", s.burst_bias_ns, s.call_bias_ns, s.wall_ns, s.residual_ns);
    for (const auto& [kind, sum] : by_kind) print(std::string(event_name(kind)).c_str(), sum);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "cpu_time_sum: %s\n", error.what());
  return 2;
}
