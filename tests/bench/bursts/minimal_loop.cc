// Prints what the smallest possible tier-1 loop costs here, a yardstick for simrec: minimal_loop_bench [repetitions].
#include <cstdio>
#include <cstdlib>

#include "recorder/calibrate_host.h"
#include "recorder/calibrate_sample.h"
#include "tests/bench/bursts_tracer.h"

using namespace simrec;

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::atoi(argv[1]) : 3;
  for (int i = 0; i < repetitions; ++i) {
    const Ns start = record::now_ns();
    const Calibration c = record::calibrate(bench::record_child);
    const double ms = static_cast<double>(record::now_ns() - start) / 1e6;
    std::printf("%.0f ms: core %.3f Gf/s, wake-up %ld ns, loopback %ld ns %.2f GB/s, timer slack %ld ns\n", ms,
                c.core_speed_flops / 1e9, c.wake_up_ns, c.loopback_latency_ns, c.loopback_bandwidth_bytes_per_s / 1e9,
                c.timer_slack_ns);
    for (const StopCost& s : c.stops)
      std::printf("  %-10s %-9s burst %6ld  call %6ld  wall %6ld  residual %5ld ns\n",
                  s.whole_call ? "whole call" : "entry only", s.same_cpu ? "same cpu" : "cross cpu", s.burst_bias_ns,
                  s.call_bias_ns, s.wall_ns, s.residual_ns);
  }
}
