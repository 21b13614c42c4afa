#include "recorder/calibrate_host.h"

#include <emmintrin.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>
#include <vector>

#include "recorder/calibrate.h"
#include "recorder/calibrate_sample.h"

namespace simrec::record {
namespace {

constexpr double kFlopPerTurn = 8;

void flop_turns(int turns) {
  __m128d a = _mm_set_sd(1.0), b = _mm_set_sd(1.1), c = _mm_set_sd(1.2), d = _mm_set_sd(1.3);
  const __m128d factor = _mm_set_sd(0.999), addend = _mm_set_sd(0.001);
  for (int i = 0; i < turns; ++i) {
    asm volatile(
        "mulsd %4, %0; mulsd %4, %1; mulsd %4, %2; mulsd %4, %3;"
        "addsd %5, %0; addsd %5, %1; addsd %5, %2; addsd %5, %3"
        : "+x"(a), "+x"(b), "+x"(c), "+x"(d)
        : "x"(factor), "x"(addend));
  }
}

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (::pipe(ends) != 0) ends[0] = ends[1] = -1;
  }
  ~Pipe() {
    for (const int fd : ends)
      if (fd >= 0) ::close(fd);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  bool ok() const { return ends[0] >= 0; }
};

/// Moves one byte; false when the other side is gone.
bool take(int fd) {
  char byte = 0;
  return ::read(fd, &byte, 1) == 1;
}
bool give(int fd) { return ::write(fd, "x", 1) == 1; }

/// One round of the ping-pong: ns per hand-over that are nobody's CPU time.
double wake_up_round(int here, int there, int hand_overs) {
  Pipe ping, pong;
  if (!ping.ok() || !pong.ok()) return 0;
  Ns other_cpu = 0;
  std::thread other([&] {
    PinnedToCore pinned(there);
    if (!take(ping.ends[0]) || !give(pong.ends[1])) return;  // both are up
    const Ns start = now_ns(CLOCK_THREAD_CPUTIME_ID);
    for (int i = 0; i < hand_overs / 2; ++i)
      if (!take(ping.ends[0]) || !give(pong.ends[1])) break;
    other_cpu = now_ns(CLOCK_THREAD_CPUTIME_ID) - start;
  });
  PinnedToCore pinned(here);
  give(ping.ends[1]);
  take(pong.ends[0]);
  const Ns wall = now_ns(), cpu = now_ns(CLOCK_THREAD_CPUTIME_ID);
  for (int i = 0; i < hand_overs / 2; ++i) {
    give(ping.ends[1]);
    take(pong.ends[0]);
  }
  const Ns my_cpu = now_ns(CLOCK_THREAD_CPUTIME_ID) - cpu, elapsed = now_ns() - wall;
  other.join();
  return static_cast<double>(elapsed - my_cpu - other_cpu) / hand_overs;
}

}  // namespace

double measure_core_speed_flops() {
  constexpr int kTurns = 20'000, kRounds = 9;
  flop_turns(kTurns);
  std::vector<double> speeds;
  for (int i = 0; i < kRounds; ++i) {
    const Ns start = now_ns(CLOCK_THREAD_CPUTIME_ID);
    flop_turns(kTurns);
    const Ns ns = now_ns(CLOCK_THREAD_CPUTIME_ID) - start;
    if (ns > 0) speeds.push_back(kFlopPerTurn * kTurns * 1e9 / static_cast<double>(ns));
  }
  return median(speeds);
}

Ns measure_wake_up_ns() {
  constexpr int kRounds = 20, kHandOvers = 40;
  const std::vector<int> cores = allowed_cores();
  if (cores.empty()) return 0;
  std::vector<double> rounds;
  for (int i = 0; i < kRounds; ++i) rounds.push_back(wake_up_round(cores.front(), cores.back(), kHandOvers));
  return std::max<Ns>(0, to_ns(quick_fifth(rounds)));
}

Ns measure_timer_slack_ns() {
  constexpr Ns kSleep = 1'000'000;
  std::vector<double> late;
  for (int i = 0; i < 15; ++i) {
    const timespec sleep{0, kSleep};
    const Ns start = now_ns();
    nanosleep(&sleep, nullptr);
    late.push_back(static_cast<double>(now_ns() - start - kSleep));
  }
  return std::max<Ns>(0, to_ns(quick_fifth(late)));
}

Calibration calibrate_host() {
  Calibration result;
  result.core_speed_flops = measure_core_speed_flops();
  result.wake_up_ns = measure_wake_up_ns();
  const Loopback loopback = measure_loopback();
  result.loopback_latency_ns = loopback.latency_ns;
  result.loopback_bandwidth_bytes_per_s = loopback.bandwidth_bytes_per_s;
  result.timer_slack_ns = measure_timer_slack_ns();
  const ColdCaches cold = measure_cold_caches();
  result.cold_ns = cold.after_5ms;
  result.cold_long_ns = cold.after_40ms;
  return result;
}

Calibration calibrate(const RecordChild& record) {
  Calibration result = calibrate_host();
  result.stops = calibrate_stops(record);
  return result;
}

}  // namespace simrec::record
