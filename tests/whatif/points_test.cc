#include "replayer/whatif/points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "replayer/whatif/elasticity.h"
#include "replayer/whatif/search.h"
#include "replayer/whatif/sweep.h"
#include "tests/simulate/program_builder.h"
#include "tests/whatif/expect_error.h"

namespace simrec::replay::test {
namespace {

constexpr const char* kPlatform = R"(<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="z" routing="Full">
    <host id="a" speed="1Gf" core="2"/>
    <host id="b" speed="1Gf" core="2"/>
    <link id="wan" bandwidth="1Gbps" latency="10ms" sharing_policy="SPLITDUPLEX"/>
    <route src="a" dst="b"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>)";

/// "ask" computes 30 ms, then sends 100 bytes to "answer", which computes 50 ms and answers: 100 ms with the network.
class Points : public testing::Test {
 protected:
  Points() {
    b_.process("ask", {compute(30 * kMs), send(0, 100), recv(1, 100)});
    b_.process("answer", {recv(0, 100), compute(50 * kMs), send(1, 100)});
    b_.stream(0, 1);
    b_.stream(1, 0);
    options_.placement = {{"answer", "b"}};
    options_.model.wake_up = false;
  }
  Bench bench(std::size_t jobs = 2) const { return {b_.program, platform_, options_, jobs, {}, {}}; }
  double ms(const std::vector<const char*>& texts) const {
    Point point;
    for (const char* text : texts) point.push_back(parse_change(text));
    const Simulated simulated = replay_points(bench(), {point}).front();
    EXPECT_EQ(simulated.failure, "");
    return simulated.outcome ? static_cast<double>(simulated.outcome->predicted_ns) / 1e6 : -1;
  }

  ProgramBuilder b_;
  SimulateOptions options_;
  PlatformDocument platform_{kPlatform, "two hosts"};
};

TEST_F(Points, EachKindOfChangeHasItsEffect) {
  EXPECT_NEAR(ms({}), 100, 0.1);
  EXPECT_NEAR(ms({"cpu=2x"}), 60, 0.1);
  EXPECT_NEAR(ms({"host:b:cpu=2x"}), 75, 0.1);
  EXPECT_NEAR(ms({"answer:cpu=2x"}), 75, 0.1);
  EXPECT_NEAR(ms({"answer:cpu=0.5x"}), 150, 0.1);
  EXPECT_NEAR(ms({"a*:cpu=2x"}), 60, 0.1);
  EXPECT_NEAR(ms({"answer:cpu=2x", "answer:cpu=2x"}), 62.5, 0.1);
  EXPECT_NEAR(ms({"net.latency=0s"}), 80, 0.1);
  EXPECT_NEAR(ms({"link:wan:latency=2x", "ask:cpu=3x"}), 100, 0.1);
}

TEST_F(Points, BothEnginesScaleProcessesAlike) {
  for (const char* change : {"answer:cpu=2x", "ask:cpu=0.5x"}) {
    const double event = ms({change});
    options_.engine = EngineKind::reference;
    EXPECT_NEAR(ms({change}), event, 0.001) << change;
    options_.engine = EngineKind::event;
  }
}

TEST_F(Points, TheNumberOfJobsChangesNothing) {
  std::vector<Point> points;
  for (int i = 1; i <= 9; ++i) points.push_back({parse_change("cpu=" + std::to_string(i) + "x")});
  const auto one = replay_points(bench(1), points), many = replay_points(bench(4), points);
  for (std::size_t i = 0; i < points.size(); ++i) {
    ASSERT_TRUE(one[i].outcome && many[i].outcome);
    EXPECT_EQ(one[i].outcome->predicted_ns, many[i].outcome->predicted_ns);
    EXPECT_NEAR(static_cast<double>(one[i].outcome->predicted_ns) / 1e6, 20 + 80.0 / static_cast<double>(i + 1), 0.1);
  }
}

TEST_F(Points, AFailedPointIsOneAmongOthers) {
  options_.placement = {{"answer", "nowhere"}};
  const auto results = replay_points(bench(), {{}, {}});
  for (const Simulated& one : results) {
    EXPECT_FALSE(one.outcome);
    EXPECT_TRUE(contains(one.failure, "no host \"nowhere\"")) << one.failure;
  }
}

TEST_F(Points, ASweepOfWhichNothingCanBeReplayedIsAnError) {
  options_.placement = {{"answer", "nowhere"}};
  EXPECT_TRUE(contains(error_of([&] { run_sweep(bench(), {parse_axis("cpu=1x,2x")}); }), "no host \"nowhere\""));
}

TEST_F(Points, MessagesNameThePlatformNotAFileInMemory) {
  EXPECT_EQ(with_platform_name("SimGrid cannot load platform /proc/self/fd/17: oh", "x$1.xml"),
            "SimGrid cannot load x$1.xml: oh");
}

TEST_F(Points, ASweepIsCheckedBeforeItStarts) {
  EXPECT_TRUE(contains(error_of([&] { run_sweep(bench(), {parse_axis("nobody:cpu=1x,2x")}); }), "no recorded process"));
  EXPECT_TRUE(contains(error_of([&] { run_sweep(bench(), {parse_axis("link:lan:latency=1x,2x")}); }), "no link 'lan'"));
  EXPECT_TRUE(contains(error_of([&] { run_sweep(bench(), {parse_axis("function:f:cpu=1x,2x")}); }), "--sample"));
}

TEST_F(Points, ASweepHasEveryPointAndTheBaseline) {
  const Sweep sweep = run_sweep(bench(), {parse_axis("cpu=1x,2x"), parse_axis("net.latency=0s,10ms,20ms")});
  ASSERT_EQ(sweep.points.size(), 6u);
  const double expected[] = {80, 100, 120, 40, 60, 80};
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_NEAR(static_cast<double>(sweep.points[i].predicted_ns) / 1e6, expected[i], 0.1);
  EXPECT_EQ(sweep.baseline.predicted_ns, sweep.points[1].predicted_ns);
}

TEST_F(Points, ATargetIsReachedByTheSmallestChange) {
  const TargetAnswer cpu = reach(bench(), {60'500'000, parse_knob("cpu")});
  EXPECT_EQ(cpu.search.end, Search::End::found);
  EXPECT_NEAR(cpu.change.amount.value, 2, 0.03);
  EXPECT_EQ(cpu.before.size(), 2u);
  EXPECT_NEAR(cpu.after[0].value, 2e9, 0.03e9);
  const TargetAnswer latency = reach(bench(), {90'500'000, parse_knob("net.latency")});
  EXPECT_NEAR(latency.after.at(0).value, 5e-3, 0.3e-3);
  const TargetAnswer never = reach(bench(), {79'000'000, parse_knob("net.latency")});
  EXPECT_EQ(never.search.end, Search::End::unreachable);
  EXPECT_NEAR(static_cast<double>(never.search.limit.predicted_ns) / 1e6, 80, 0.1);
  EXPECT_EQ(never.at_limit.processes.size(), 2u);
  EXPECT_EQ(reach(bench(), {101'000'000, parse_knob("cpu")}).search.end, Search::End::already);
}

TEST_F(Points, SensitivityFindsWhatMatters) {
  const Effects effects = measure_effects(bench(), {});
  EXPECT_NEAR(static_cast<double>(effects.baseline_ns) / 1e6, 100, 0.1);
  ASSERT_FALSE(effects.effects.empty());
  std::map<std::string, double> twice, elasticity;
  for (const Effect& e : effects.effects) {
    EXPECT_EQ(e.failure, "");
    twice[e.what] = static_cast<double>(e.twice_as_fast_ns) / 1e6;
    if (e.elasticity) elasticity[e.what] = *e.elasticity;
  }
  EXPECT_NEAR(twice.at("process answer"), 75, 0.1);
  EXPECT_NEAR(twice.at("process ask"), 85, 0.1);
  EXPECT_NEAR(twice.at("host a: cpu"), 85, 0.1);
  EXPECT_NEAR(twice.at("link wan: latency"), 90, 0.1);
  EXPECT_NEAR(twice.at("link wan: bandwidth"), 100, 0.1);
  EXPECT_NEAR(elasticity.at("process answer"), 0.5, 0.05);
  EXPECT_NEAR(elasticity.at("link wan: latency"), 0.2, 0.03);
  EXPECT_NEAR(static_cast<double>(effects.effects.front().twice_as_fast_ns) / 1e6, 75, 0.1) << "best first";
}

TEST_F(Points, SensitivityTellsProcessesApartThatHadOneName) {
  b_.program.processes[1].names = {"ask", "answer"};  // it was a copy of "ask" before
  const Effects effects = measure_effects(bench(), {});
  const auto ask = std::ranges::find(effects.effects, "process ask", &Effect::what);
  ASSERT_NE(ask, effects.effects.end());
  EXPECT_NEAR(static_cast<double>(ask->twice_as_fast_ns) / 1e6, 85, 0.1);
}

}  // namespace
}  // namespace simrec::replay::test
