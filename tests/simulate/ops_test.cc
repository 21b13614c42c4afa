// Every op kind on one or two hosts, with results computed by hand, on both engines.
#include <gtest/gtest.h>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

/// 1 Gf/s, two cores each; 100 MB/s and 10 ms each way.
class Ops : public testing::TestWithParam<EngineKind> {
 protected:
  Outcome run(const ProgramBuilder& builder, std::vector<PlaceRule> rules = {}) {
    SimulateOptions options;
    options.engine = GetParam();
    options.placement = std::move(rules);
    return simulate(builder.program, platform("two_hosts"), options);
  }
  Outcome run_apart(const ProgramBuilder& builder) { return run(builder, {{"server", "b"}}); }
};

INSTANTIATE_TEST_SUITE_P(Engines, Ops, testing::Values(EngineKind::event, EngineKind::reference),
                         [](const auto& info) { return info.param == EngineKind::event ? "event" : "reference"; });

TEST_P(Ops, ComputeTakesItsTimeOnAnEquallyFastHost) {
  ProgramBuilder b;
  b.process("app", {compute(30 * kMs)});
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 30 * kMs);
  EXPECT_EQ(o.processes[0].compute_ns, 30 * kMs);
  EXPECT_EQ(o.processes[0].host, "a");
}

TEST_P(Ops, OneByteRoundTripCostsTheRoundTripTime) {
  ProgramBuilder b;
  b.process("client", {send(0, 1), recv(1, 1)});
  b.process("server", {recv(0, 1), send(1, 1)});
  b.stream(0, 1);
  b.stream(1, 0);
  const Outcome o = run_apart(b);
  // 20 ms of latency + twice 67 wire bytes at 100 MB/s
  EXPECT_EQ(o.predicted_ns, 20 * kMs + 2 * 670);
  EXPECT_EQ(o.processes[0].network_ns, 20 * kMs + 2 * 670);
}

TEST_P(Ops, TokensAndSpawn) {
  ProgramBuilder b;
  b.process("parent", {compute(5 * kMs), spawn(1), wait(0, Cause::child), compute(1 * kMs)});
  b.process("child", {compute(7 * kMs), signal(0)});
  b.spawned(1);
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 13 * kMs);
  EXPECT_EQ(o.processes[0].child_ns, 7 * kMs);
  EXPECT_EQ(o.processes[1].start_ns, 5 * kMs);
  EXPECT_EQ(o.processes[1].end_ns, 12 * kMs);
}

}  // namespace
}  // namespace simrec::replay::test
