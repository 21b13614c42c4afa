// The observer ledger's arithmetic, by hand.
#include "trace-format/ledger.h"

#include <gtest/gtest.h>

namespace simrec {
namespace {

StopCost cost(bool whole, bool same, Ns burst, Ns call, Ns wall, std::uint8_t tier = 1) {
  return {.tier = tier,
          .whole_call = whole,
          .same_cpu = same,
          .burst_bias_ns = burst,
          .call_bias_ns = call,
          .wall_ns = wall};
}

Event event(std::uint32_t flags, Ns burst = 10'000, Ns call = 5'000, std::uint16_t kind = 0) {
  Event e;
  e.kind = kind;
  e.flags = flags;
  e.burst_ns = burst;
  e.call_cpu_ns = call;
  return e;
}

TEST(Ledger, SubtractsTheCostOfTheWayAnEventWasIntercepted) {
  Calibration calibration;
  calibration.stops = {cost(true, true, 1'000, 100, 1), cost(true, false, 2'000, 200, 2),
                       cost(false, true, 3'000, 300, 3), cost(false, false, 4'000, 400, 4)};
  const Ledger ledger(calibration);
  EXPECT_EQ(ledger.corrected(event(0)).burst_ns, 9'000);
  EXPECT_EQ(ledger.corrected(event(0)).call_cpu_ns, 4'900);
  EXPECT_EQ(ledger.corrected(event(kCrossCpu)).burst_ns, 8'000);
  EXPECT_EQ(ledger.corrected(event(kEntryOnly)).burst_ns, 7'000);
  EXPECT_EQ(ledger.corrected(event(kUnfinished)).burst_ns, 7'000);
  EXPECT_EQ(ledger.corrected(event(kEntryOnly | kCrossCpu)).burst_ns, 6'000);
  EXPECT_EQ(ledger.wall_cost_ns(event(kEntryOnly | kCrossCpu)), 4);
  // A signal or thread exit is one stop.
  EXPECT_EQ(ledger.corrected(event(0, 10'000, 0, event_kind(PseudoEvent::signal))).burst_ns, 7'000);
  EXPECT_EQ(ledger.corrected(event(0, 10'000, 0, event_kind(PseudoEvent::sample))).burst_ns, 7'000);
}

TEST(Ledger, NeverBelowZero) {
  Calibration calibration;
  calibration.stops = {cost(true, true, 1'000, 100, 1)};
  const CorrectedTimes times = Ledger(calibration).corrected(event(0, 999, 99));
  EXPECT_EQ(times.burst_ns, 0);
  EXPECT_EQ(times.call_cpu_ns, 0);
}

TEST(Ledger, FallsBackToTheNearestEntry) {
  Calibration calibration;
  calibration.stops = {cost(true, true, 1'000, 0, 1), cost(true, false, 2'000, 0, 2)};
  const Ledger ledger(calibration);
  EXPECT_EQ(ledger.corrected(event(kEntryOnly)).burst_ns, 9'000);
  EXPECT_EQ(ledger.corrected(event(kEntryOnly | kCrossCpu)).burst_ns, 8'000);
}

TEST(Ledger, KeepsTheTiersApartAndKnowsNothingWithoutEntries) {
  Calibration calibration;
  EXPECT_EQ(Ledger(calibration).corrected(event(0)).burst_ns, 10'000);
  EXPECT_EQ(Ledger(calibration).wall_cost_ns(event(0)), 0);
  calibration.stops = {cost(true, true, 30, 0, 1, 2), cost(true, true, 1'000, 0, 2, 1)};
  EXPECT_EQ(Ledger(calibration).corrected(event(0)).burst_ns, 9'000);
  EXPECT_EQ(Ledger(calibration).corrected(event(kFast)).burst_ns, 9'970);
  EXPECT_EQ(Ledger(calibration).wall_cost_ns(event(kFast)), 1);
}

}  // namespace
}  // namespace simrec
