// The bursts before every write of 1 byte of a trace, for ./run: recorded_bursts TRACE
// One line each: burst as recorded and with the observer ledger's share removed (ns), seen in process, on another core
// than the recorder (0 or 1). Then the ledger: "# tier whole same-cpu burst-bias call-bias residual".
#include <sys/syscall.h>

#include <cstdio>
#include <exception>

#include "trace-format/ledger.h"
#include "trace-format/trace_reader.h"

using namespace simrec;

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  TraceReader reader(argv[1]);
  const Ledger ledger(reader.header().calibration);
  while (const auto block = reader.next()) {
    for (const Event& event : *block) {
      if (event.kind != SYS_write || event.argument(1) != 1) continue;
      std::printf("%ld %ld %d %d\n", event.burst_ns, ledger.corrected(event).burst_ns, (event.flags & kFast) != 0,
                  (event.flags & kCrossCpu) != 0);
    }
  }
  for (const StopCost& s : reader.header().calibration.stops)
    std::printf("# %d %d %d %ld %ld %ld\n", s.tier, s.whole_call, s.same_cpu, s.burst_bias_ns, s.call_bias_ns,
                s.residual_ns);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "recorded_bursts: %s\n", error.what());
  return 2;
}
