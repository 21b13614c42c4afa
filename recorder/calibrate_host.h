// The parts of calibrate_host(), one figure each. All run without any tracing.
#pragma once

#include "trace-format/ids.h"

namespace simrec::record {

/// Speed of one core in flop/s by the loop FORMAT.md cites: four independent chains of x = x·k + c in scalar SSE2
/// doubles (mulsd, addsd; no fused multiply-add), 8 flop per turn, each chain dependent on itself. Median of 9 rounds
/// of 20,000 turns by the thread's CPU clock.
double measure_core_speed_flops();

/// What one blocked wait adds besides CPU time, woken from another core: two threads on two cores pass a byte back
/// and forth over pipes; (wall time − CPU time of both threads) / number of hand-overs. Median of 5 rounds.
/// A replay that charges the calls' CPU time and this to every blocked wait gets the wall time of the round trip right.
Ns measure_wake_up_ns();

/// How late nanosleep(1 ms) ends (timer slack, interrupt and wake-up). Median of 15.
Ns measure_timer_slack_ns();

struct ColdCaches {
  Ns after_5ms = 0, after_40ms = 0;
};

/// How much more CPU time the same work takes after waiting for 5.5 and for 40 ms than without waiting, since others
/// used the caches meanwhile: a TCP message over loopback and a walk over 512 KiB (tests/bench/cold has other sizes and
/// waits). Two threads measure at once, to take half the time: means of 10, of 4 and, without waiting, of 60, without
/// the longest tenth of each. The second is not less than the first. Zeros when there is no loopback interface.
ColdCaches measure_cold_caches();

struct Loopback {
  Ns latency_ns = 0;
  double bandwidth_bytes_per_s = 0;
};

/// TCP over 127.0.0.1 between two threads on two cores. Latency: one byte, both ends polling (no wake-up), half the
/// round trip less the CPU time of one send and one successful receive, which a trace has in its calls already.
/// Bandwidth: 32 MB in 128 KiB sends. Zeros when there is no loopback interface.
Loopback measure_loopback();

}  // namespace simrec::record
