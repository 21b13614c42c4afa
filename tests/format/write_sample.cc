// Writes the sample trace and prediction for tests with stock tools: write_sample TRACE PREDICTION. Prints the
// events as FORMAT.md's decoder does: thread kind entry exit burst callCpu result arguments.
#include <cstdio>
#include <iostream>

#include "sample.h"
#include "trace-format/prediction_file.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: write_sample TRACE PREDICTION\n", stderr);
    return 2;
  }
  simrec::WriterOptions options;
  options.times = simrec::kFastPathTimes;
  simrec::test::write_sample(argv[1], 3, 12, options);
  simrec::write_prediction(argv[2], simrec::test::full_prediction(50));
  const simrec::Trace trace = simrec::load_trace(argv[1]);
  for (const simrec::ThreadEvents& events : trace.events) {
    for (std::size_t i = 0; i < events.size(); ++i) {
      const simrec::Event event = events[i];
      std::cout << event.thread.value << ' ' << event.kind << ' ' << event.entry_ns << ' ' << event.exit_ns << ' '
                << event.burst_ns << ' ' << event.call_cpu_ns << ' ' << event.result;
      for (const std::int64_t argument : event.arguments) std::cout << ' ' << argument;
      std::cout << '\n';
    }
  }
}
