#include "recorder/calibrate.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/calibrate_host.h"
#include "recorder/calibrate_sample.h"
#include "tests/bench/bursts_tracer.h"

namespace simrec::record {
namespace {

TEST(CalibrateSample, Statistics) {
  EXPECT_EQ(median({}), 0);
  EXPECT_EQ(median({5, 1, 9}), 5);
  EXPECT_EQ(median_deviation({1, 2, 3, 4, 100}), 1);
  EXPECT_EQ(trimmed_mean({1000, 1, 1, 1, 1, 1, 1, 1, 1, -1000}), 1);
}

TEST(Calibrate, HostFiguresArePlausible) {
  const Calibration c = calibrate_host();
  EXPECT_GT(c.core_speed_flops, 1e7);
  EXPECT_LT(c.core_speed_flops, 1e12);
  EXPECT_GE(c.wake_up_ns, 0);
  EXPECT_GT(c.timer_slack_ns, 0);
  EXPECT_GE(c.cold_ns, 0);
  EXPECT_LT(c.cold_ns, 10'000'000);
  EXPECT_GE(c.cold_long_ns, c.cold_ns);
  EXPECT_GT(c.loopback_bandwidth_bytes_per_s, 1e6);
}

TEST(Calibrate, LedgerHasEveryWayOfStopping) {
  const auto ledger = calibrate_stops(bench::record_child);
  const std::size_t placements = allowed_cores().size() > 1 ? 2 : 1;
  ASSERT_EQ(ledger.size(), 2 * placements);
  for (const StopCost& cost : ledger) {
    EXPECT_EQ(cost.tier, 1);
    EXPECT_GT(cost.burst_bias_ns, 0);  // a context switch to the tracer is never free
    EXPECT_GT(cost.wall_ns, cost.burst_bias_ns);
    EXPECT_EQ(cost.call_bias_ns > 0, cost.whole_call);
  }
}

TEST(Calibrate, BiasIsTheDifferenceToTheKnownProgram) {
  // A "recorder" that only adds known amounts to what the minimal one sees: the ledger must grow by exactly those.
  constexpr Ns kBurst = 1'000'000, kCall = 2'000'000;
  const auto plain = calibrate_stops(bench::record_child);
  const auto shifted = calibrate_stops([](const auto& body, Placement placement) {
    auto events = bench::record_child(body, placement);
    for (Event& event : events) {
      event.burst_ns += kBurst;
      if (!(event.flags & kEntryOnly)) event.call_cpu_ns += kCall;
    }
    return events;
  });
  ASSERT_EQ(plain.size(), shifted.size());
  for (std::size_t i = 0; i < plain.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(shifted[i].burst_bias_ns - plain[i].burst_bias_ns), kBurst, kBurst / 5.0);
    if (plain[i].whole_call) {
      EXPECT_NEAR(static_cast<double>(shifted[i].call_bias_ns - plain[i].call_bias_ns), kCall, kCall / 5.0);
    }
  }
}

TEST(Calibrate, ARecorderThatSeesNothingGivesNoLedger) {
  EXPECT_TRUE(calibrate_stops([](const auto&, Placement) { return std::vector<Event>{}; }).empty());
}

}  // namespace
}  // namespace simrec::record
