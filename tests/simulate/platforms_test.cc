// One platform file of each kind, with times computed by hand from the file.
#include <gtest/gtest.h>

#include "replayer/simulate/simulate.h"
#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

class Platforms : public testing::TestWithParam<EngineKind> {
 protected:
  Outcome run(const std::string& name, const ProgramBuilder& builder, std::vector<PlaceRule> rules = {}) {
    SimulateOptions options;
    options.engine = GetParam();
    options.placement = std::move(rules);
    NetworkModel model;
    model.slow_start = false;
    model.send_queue = false;  // costs an instant
    options.model = model;
    return simulate(builder.program, platform(name), options);
  }
  /// When `bytes` from one host arrive at the other, in ns.
  Ns one_way(const std::string& name, const std::string& from, const std::string& to, std::int64_t bytes) {
    ProgramBuilder b;
    b.process("sender", {send(0, bytes)});
    b.process("receiver", {recv(0, bytes)});
    b.stream(0, 1);
    return run(name, b, {{"sender", from}, {"receiver", to}}).processes[1].end_ns;
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, Platforms, testing::Values(EngineKind::event, EngineKind::reference),
                         [](const auto& info) { return info.param == EngineKind::event ? "event" : "reference"; });

constexpr Ns kFrameAt1Gbps = 12'112;  ///< 1514 bytes at 125 MB/s

TEST_P(Platforms, SingleHostTwiceAsFast) {
  ProgramBuilder b;
  b.process("app", {compute(10 * kMs)});
  EXPECT_EQ(run("single_host", b).predicted_ns, 5 * kMs);
}

TEST_P(Platforms, ClusterGoesThroughItsBackbone) {
  EXPECT_EQ(one_way("cluster", "node-0", "node-5", 1448),
            50 * kUs + 20 * kUs + 50 * kUs + 2 * kFrameAt1Gbps + 1'211);  // the backbone's 10 Gbit/s
}

TEST_P(Platforms, ClusterStartsAtItsFirstNode) {
  ProgramBuilder b;
  b.process("app", {compute(1 * kMs)});
  EXPECT_EQ(run("cluster", b).processes[0].host, "node-0");
}

TEST_P(Platforms, FatTreeNeighboursAndFarNodes) {
  EXPECT_EQ(one_way("fat_tree", "node-0", "node-1", 1448), 2 * 50 * kUs + 2 * kFrameAt1Gbps);  // one switch
  EXPECT_EQ(one_way("fat_tree", "node-0", "node-9", 1448), 4 * 50 * kUs + 4 * kFrameAt1Gbps);  // through the core
}

TEST_P(Platforms, DragonflyNeighboursAndOtherChassis) {
  EXPECT_EQ(one_way("dragonfly", "node-0", "node-1", 1448), 2 * 50 * kUs + 2 * kFrameAt1Gbps);  // one router
  EXPECT_EQ(one_way("dragonfly", "node-0", "node-2", 1448),
            3 * 50 * kUs + 3 * kFrameAt1Gbps);  // next router of the chassis
}

TEST_P(Platforms, WanRoutesOverItsRouters) {
  EXPECT_EQ(one_way("wan", "paris", "tokyo", 1448),
            110 * kMs + 200 * kUs + 121'120 + 2 * kFrameAt1Gbps);  // 1514 bytes at 12.5 MB/s
  EXPECT_EQ(one_way("wan", "lyon", "tokyo", 1448),
            113 * kMs + 200 * kUs + 121'120 + 60'560 + 2 * kFrameAt1Gbps);  // through Paris
}

TEST_P(Platforms, SplitDuplexDirectionsDoNotShare) {
  ProgramBuilder b;
  b.process("l", {send(0, 1'000'000), recv(1, 1'000'000)});
  b.process("r", {send(1, 1'000'000), recv(0, 1'000'000)});
  b.stream(0, 1);
  b.stream(1, 0);
  const Outcome o = run("split_duplex", b, {{"r", "right"}});
  const double expected = 1e6 + (1'000'000 + 691 * 66.0) * 10;  // 15 * 45 + 16 segments at 100 MB/s
  EXPECT_NEAR(static_cast<double>(o.processes[0].end_ns), expected, 30);
  EXPECT_NEAR(static_cast<double>(o.processes[1].end_ns), expected, 30);
}

TEST_P(Platforms, CoresAndPstates) {
  ProgramBuilder b;
  for (int i = 0; i < 8; ++i) b.process("app", {compute(10 * kMs)});
  EXPECT_EQ(run("multi_core", b).predicted_ns, 20 * kMs);                     // 80 ms on four cores
  EXPECT_EQ(run("multi_core", b, {{"app", "fast"}}).predicted_ns, 40 * kMs);  // 80 ms at pstate 1: 2 Gf
  EXPECT_EQ(run("multi_core", b, {{"app", "slow"}}).predicted_ns, 160 * kMs);
}

TEST_P(Platforms, SpeedProfilesAreFollowed) {
  ProgramBuilder b;
  b.process("app", {compute(2 * kS), sleep(1 * kS), compute(1 * kS)});
  EXPECT_EQ(run("profile", b).predicted_ns, 6 * kS);  // 1 s + 2 s, 1 s, 2 s
}

TEST_P(Platforms, HostsThatAreSwitchedOffStayOnAndThatIsTold) {
  ProgramBuilder b;
  b.process("app", {compute(4 * kS)});
  if (GetParam() == EngineKind::reference) {
    EXPECT_THROW(run("outages", b), ReplayError);  // SimGrid ends what runs there
    return;
  }
  const Outcome outcome = run("outages", b);
  EXPECT_EQ(outcome.predicted_ns, 4 * kS);
  ASSERT_EQ(outcome.warnings.size(), 1U);
  EXPECT_NE(outcome.warnings[0].find("they stay on"), std::string::npos);
  EXPECT_TRUE(run("profile", b).warnings.empty());
}

TEST_P(Platforms, HostPropertiesOverrideTheWakeUp) {
  ProgramBuilder b;
  b.program.wake_up_ns = 70 * kUs;
  b.process("app", {wait(0)});
  b.process("app", {sleep(1 * kMs), signal(0)});
  b.program.tokens = 1;
  EXPECT_EQ(run("multi_core", b).predicted_ns, 1 * kMs + 70 * kUs);
  EXPECT_EQ(run("multi_core", b, {{"app", "fast"}}).predicted_ns, 1 * kMs + 5 * kUs);
}

// What waited for another host computes longer: by part of the cost before 5 ms, by the whole of it after; and by more
// until 40 ms where the host is said to lose more.
TEST_P(Platforms, CachesGetColdWhileWaitingForAnotherHost) {
  ProgramBuilder b;
  b.process("a", {sleep(1 * kMs), send(0, 100), recv(1, 100)});
  b.process("b", {recv(0, 100), compute(3 * kMs), send(1, 100)});
  b.stream(0, 1);
  b.stream(1, 0);
  const auto extra = [&b, this](const std::vector<PlaceRule>& where, Ns cold_long_ns = 0) {
    b.program.cold_ns = 100 * kUs;
    b.program.cold_long_ns = cold_long_ns;
    const Ns cold = run("multi_core", b, where).predicted_ns;
    b.program.cold_ns = b.program.cold_long_ns = 0;
    return static_cast<double>(cold - run("multi_core", b, where).predicted_ns);
  };
  EXPECT_EQ(extra({}), 0);                                                            // on one host
  EXPECT_NEAR(extra({{"a", "quad"}, {"b", "slow"}}), 120 * kUs, 1 * kUs);             // b after 1 ms, a after 12 ms
  EXPECT_NEAR(extra({{"a", "quad"}, {"b", "slow"}}, 450 * kUs), 190 * kUs, 2 * kUs);  // a fifth of the way to 40 ms
}

TEST_P(Platforms, DisksIfThereAreAny) {
  ProgramBuilder b;
  b.process("app", {io(0, 7 * kMs), io(1, 7 * kMs)});
  b.program.ios = {{50'000'000, false, "read"}, {50'000'000, true, "write"}};
  EXPECT_EQ(run("disks", b, {{"app", "ssd"}}).processes[0].disk_ns, 100 * kMs + 200 * kMs);
  EXPECT_EQ(run("disks", b, {{"app", "hdd"}}).processes[0].disk_ns, 500 * kMs + 1000 * kMs);
  EXPECT_EQ(run("disks", b, {{"app", "none"}}).processes[0].disk_ns, 14 * kMs);  // as recorded
}

TEST_P(Platforms, TwoReadersShareADisk) {
  ProgramBuilder b;
  b.process("app", {io(0, 0)});
  b.process("app", {io(0, 0)});
  b.program.ios = {{50'000'000, false, "read"}};
  EXPECT_EQ(run("disks", b, {{"app", "ssd"}}).predicted_ns, 200 * kMs);
}

}  // namespace
}  // namespace simrec::replay::test
