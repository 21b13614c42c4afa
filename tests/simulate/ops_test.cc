// Every op kind and rule on one or two hosts, with results computed by hand, on both engines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

/// 1 Gf/s, two cores each; 100 MB/s and 10 ms each way.
class Ops : public testing::TestWithParam<EngineKind> {
 protected:
  Outcome run(const ProgramBuilder& builder, std::vector<PlaceRule> rules = {}) {
    options_.engine = GetParam();
    options_.placement = std::move(rules);
    return simulate(builder.program, platform("two_hosts"), options_);
  }
  Outcome run_apart(const ProgramBuilder& builder) { return run(builder, {{"server", "b"}}); }
  SimulateOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Engines, Ops, testing::Values(EngineKind::event, EngineKind::reference),
                         [](const auto& info) { return info.param == EngineKind::event ? "event" : "reference"; });

TEST_P(Ops, ComputeTakesItsTimeOnAnEquallyFastHost) {
  ProgramBuilder b;
  b.process("app", {compute(30 * kMs)}, 2 * kMs);
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 30 * kMs);
  EXPECT_EQ(o.processes[0].start_ns, 2 * kMs);
  EXPECT_EQ(o.processes[0].end_ns, 32 * kMs);
  EXPECT_EQ(o.processes[0].compute_ns, 30 * kMs);
  EXPECT_EQ(o.processes[0].host, "a");
  EXPECT_EQ(o.processes[0].threads, 1U);
}

TEST_P(Ops, HostSpeedOverride) {
  ProgramBuilder b;
  b.process("app", {compute(30 * kMs)});
  options_.host_speed_flops = 3e9;  // the recording host was three times as fast as the platform's
  EXPECT_EQ(run(b).predicted_ns, 90 * kMs);
}

TEST_P(Ops, ASleepEndsByWhatStandsFarBehindIt) {
  ProgramBuilder b;
  b.process("app", {compute(30 * kMs), signal(0)});
  constexpr std::uint32_t kBetween = 9000;  // more than stand beside each other in memory
  std::vector<Op> ops = {sleep(50 * kMs, kInterruptible, kBetween + 1)};
  for (std::uint32_t i = 0; i < kBetween; ++i) ops.push_back(compute(10));
  ops.push_back(wait(0));
  b.process("tick", ops);
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_NEAR(static_cast<double>(o.processes[1].end_ns), 30 * kMs + kBetween * 10, 20 * kUs);
}

TEST_P(Ops, AProcessEndsWithoutTheThreadsThatItKills) {
  ProgramBuilder b;
  b.process("app", {compute(30 * kMs)});
  const std::uint32_t tick = b.thread(0, {sleep(50 * kMs), sleep(50 * kMs)});
  b.program.threads[tick].ops.back().flags = kNonblocking;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 30 * kMs);
  EXPECT_EQ(o.processes[0].end_ns, 30 * kMs);
}

TEST_P(Ops, ThreeThreadsShareTwoCores) {
  ProgramBuilder b;
  for (int i = 0; i < 3; ++i) b.process("app", {compute(10 * kMs)});
  const Outcome o = run(b);
  for (const ProcessOutcome& p : o.processes) {
    EXPECT_EQ(p.end_ns, 15 * kMs);  // 30 ms of work on two cores
    EXPECT_EQ(p.compute_ns, 10 * kMs);
    EXPECT_EQ(p.ready_ns, 5 * kMs);
  }
  EXPECT_EQ(o.hosts[0].busy_core_ns, 30 * kMs);
}

/// "second" wants a lock after 2 ms that "first" holds from 1 ms on, or from 4 ms on if its request comes late, for 10
/// ms.
Outcome two_want_a_lock(const std::function<Outcome(const ProgramBuilder&)>& run, Ns request_at, std::uint16_t flags) {
  ProgramBuilder b;
  const std::uint32_t client = b.process("client", {}), first = b.process("first", {});
  const std::uint32_t requests = b.stream(client, first);
  b.program.tokens = 1;
  b.program.gates = {recv(requests, 1)};
  b.program.threads[client].ops = {compute(request_at), send(requests, 1), {}};
  b.program.threads[first].ops = {recv(requests, 1), compute(10 * kMs), signal(0), {}};
  Op wait_for_lock = wait(0);
  wait_for_lock.flags = flags;
  wait_for_lock.value = 1;
  b.process("second", {compute(2 * kMs), wait_for_lock, compute(1 * kMs)});
  return run(b);
}

TEST_P(Ops, ALockIsFreeIfItsHolderHasNotGotAsFar) {
  const auto run_all = [this](const ProgramBuilder& b) { return run(b, {{"second", "b"}}); };
  EXPECT_EQ(two_want_a_lock(run_all, 1 * kMs, kYields).processes[2].end_ns, 12 * kMs);
  EXPECT_EQ(two_want_a_lock(run_all, 4 * kMs, kYields).processes[2].end_ns, 3 * kMs);
  EXPECT_EQ(two_want_a_lock(run_all, 2 * kMs, kYields).processes[2].end_ns, 3 * kMs) << "both come at once";
  EXPECT_EQ(two_want_a_lock(run_all, 4 * kMs, 0).processes[2].end_ns, 15 * kMs) << "law";
}

/// Two threads of one process want to compute for 10 ms each, the second from 2 ms on, on two cores.
Outcome two_share_an_interpreter(const std::function<Outcome(const ProgramBuilder&)>& run, Ns slice, Ns wake_up) {
  ProgramBuilder b;
  b.process("p", {compute(10 * kMs), sleep(1 * kMs, kWoke), compute(1 * kMs)});
  b.thread(0, {compute(10 * kMs)}, 2 * kMs);
  b.program.wake_up_ns = wake_up;
  b.program.processes[0].interpreter_slice_ns = slice;
  return run(b);
}

TEST_P(Ops, ThreadsOfAnInterpreterTakeTurns) {
  const auto run_all = [this](const ProgramBuilder& b) { return run(b); };
  const auto near = [](Ns time) { return testing::AllOf(testing::Ge(time), testing::Le(time + 1000)); };
  EXPECT_THAT(two_share_an_interpreter(run_all, 0, 0).predicted_ns, near(12 * kMs)) << "both at once";
  // The first until 4, 12 and 18 ms, the second until 8, 16 and 20, which keeps the first waiting from 19 on.
  EXPECT_THAT(two_share_an_interpreter(run_all, 4 * kMs, 0).predicted_ns, near(21 * kMs));
  // No slice ends: the first until 10 ms, then the second, which lets the first one's last millisecond in at 20 only.
  const Outcome long_slice = two_share_an_interpreter(run_all, 100 * kMs, 50 * kUs);
  EXPECT_THAT(long_slice.predicted_ns, near(21 * kMs + 100 * kUs)) << "each was woken once";
  EXPECT_THAT(long_slice.processes[0].compute_ns, near(21 * kMs));
}

TEST_P(Ops, LateThreadTakesItsShare) {
  ProgramBuilder b;
  b.process("app", {compute(10 * kMs)});
  b.process("app", {compute(10 * kMs)});
  b.process("late", {compute(1 * kMs)}, 4 * kMs);
  const Outcome o = run(b);
  EXPECT_EQ(o.processes[2].end_ns, 5'500'000);   // 1 ms at two thirds of a core
  EXPECT_EQ(o.processes[0].end_ns, 10'500'000);  // lost a third of 1.5 ms
}

TEST_P(Ops, SleepsAreNotScaledAndEndLate) {
  ProgramBuilder b;
  b.program.timer_slack_ns = 50 * kUs;
  b.program.wake_up_ns = 7 * kUs;
  b.process("app", {sleep(5 * kMs), sleep(3 * kMs, kWoke)});  // the second one was measured, lateness included
  options_.host_speed_flops = 4e9;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 8 * kMs + 50 * kUs);
  EXPECT_EQ(o.processes[0].sleep_ns, 8 * kMs + 50 * kUs);
}

TEST_P(Ops, TimeoutThatDoesNotFireHere) {
  ProgramBuilder b;
  b.program.wake_up_ns = 100 * kUs;
  b.process("poller", {sleep(10 * kMs, kInterruptible, 1), wait(0), compute(1 * kMs)});
  b.process("worker", {compute(4 * kMs), signal(0)});
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 5 * kMs + 100 * kUs);
  EXPECT_EQ(o.counts[0].value, 1U);
}

TEST_P(Ops, TimeoutThatFiresHereToo) {
  ProgramBuilder b;
  b.process("poller", {sleep(10 * kMs, kInterruptible, 1), wait(0)});
  b.process("worker", {compute(12 * kMs), signal(0)});
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 12 * kMs);
  EXPECT_EQ(o.processes[0].sleep_ns, 10 * kMs);
  EXPECT_EQ(o.processes[0].sync_ns, 2 * kMs);
  EXPECT_EQ(o.counts[0].value, 0U);
}

TEST_P(Ops, LocalStreamIsFreeAndWakesItsReader) {
  ProgramBuilder b;
  b.program.wake_up_ns = 20 * kUs;
  b.process("writer", {compute(2 * kMs), send(0, 1 << 20), compute(1 * kMs)});
  b.process("reader", {recv(0, 1 << 20), recv(0, 1 << 20)});
  b.stream(0, 1, kUnlimited, Transport::pipe);
  const Outcome o = run(b);
  EXPECT_EQ(o.processes[1].end_ns, 2 * kMs + 20 * kUs);
  EXPECT_EQ(o.processes[1].sync_ns, 2 * kMs + 20 * kUs);
  EXPECT_EQ(o.processes[1].network_ns, 0);
  EXPECT_EQ(o.processes[0].end_ns, 3 * kMs);
}

TEST_P(Ops, WhoPollsNeedsNoWaking) {
  ProgramBuilder b;
  b.program.wake_up_ns = 20 * kUs;
  b.process("writer", {compute(2 * kMs), send(0, 100)});
  b.process("poller", {recv(0, 100, kPolls)});
  b.stream(0, 1, kUnlimited, Transport::pipe);
  EXPECT_EQ(run(b).processes[1].end_ns, 2 * kMs);
}

TEST_P(Ops, FullPipeHoldsItsWriter) {
  ProgramBuilder b;
  b.process("writer", {send(0, 100), send(0, 50), compute(1 * kMs)});
  b.process("reader", {compute(3 * kMs), recv(0, 60), compute(1 * kMs), recv(0, 150)});
  b.stream(0, 1, 100, Transport::pipe);
  const Outcome o = run(b);
  EXPECT_EQ(o.processes[0].end_ns, 4 * kMs);  // held until 50 bytes were gone, at 3 ms
  EXPECT_EQ(o.processes[0].sync_ns, 3 * kMs);
  EXPECT_EQ(o.processes[1].end_ns, 4 * kMs);
}

TEST_P(Ops, FullBufferIsIgnoredRatherThanStandingStill) {
  ProgramBuilder b;
  b.process("writer", {send(0, 150), signal(0)});
  b.process("reader", {wait(0), recv(0, 150)});
  b.program.tokens = 1;
  b.stream(0, 1, 100, Transport::pipe);
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 0);
  EXPECT_EQ(o.counts[1].value, 1U);
  EXPECT_EQ(o.warnings.size(), 1U);
}

TEST_P(Ops, EndOfStreamArrivesBehindTheBytes) {
  ProgramBuilder b;
  b.process("client", {compute(1 * kMs), send(0, 1448), finish(0)});
  b.process("server", {recv_end(0)});
  b.stream(0, 1);
  EXPECT_EQ(run(b).processes[1].end_ns, 1 * kMs);
  EXPECT_EQ(run_apart(b).processes[1].end_ns, 11 * kMs + 15'140 + 1);  // 1514 bytes at 100 MB/s
}

TEST_P(Ops, EndOfAnEmptyStreamTakesTheLatency) {
  ProgramBuilder b;
  b.process("client", {compute(1 * kMs), finish(0)});
  b.process("server", {recv_end(0)});
  b.stream(0, 1);
  EXPECT_EQ(run_apart(b).processes[1].end_ns, 11 * kMs);
}

TEST_P(Ops, ConnectTakesARoundTripAndAcceptHalfOfOneMore) {
  ProgramBuilder b;
  b.process("client", {connect(0), compute(1 * kMs)});
  b.process("server", {accept(0)});
  b.connection(0, 1);
  const Outcome together = run(b), apart = run_apart(b);
  EXPECT_EQ(together.predicted_ns, 1 * kMs);
  EXPECT_EQ(together.processes[1].end_ns, 0);
  EXPECT_EQ(apart.predicted_ns, 21 * kMs);
  EXPECT_EQ(apart.processes[0].network_ns, 20 * kMs);
  EXPECT_EQ(apart.processes[1].end_ns, 30 * kMs);
}

TEST_P(Ops, SendWaitsForANonblockingConnect) {
  ProgramBuilder b;
  b.process("client", {connect(0, kNonblocking), compute(5 * kMs), send(0, 1448)});
  b.process("server", {accept(0), recv(0, 1448)});
  b.connection(0, 1);
  b.stream(0, 1, kUnlimited, Transport::tcp, 1);
  const Outcome o = run_apart(b);
  EXPECT_EQ(o.predicted_ns, 20 * kMs);
  EXPECT_EQ(o.processes[0].network_ns, 15 * kMs);
  EXPECT_EQ(o.processes[1].end_ns, 30 * kMs + 15'140 + 1);
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

TEST_P(Ops, WhatHasHappenedIsNotWaitedFor) {
  ProgramBuilder b;
  b.program.wake_up_ns = 50 * kUs;
  b.process("late", {compute(5 * kMs), wait(0), compute(1 * kMs)});
  b.process("early", {signal(0), signal(0)});
  b.program.tokens = 1;
  EXPECT_EQ(run(b).predicted_ns, 6 * kMs);
}

TEST_P(Ops, TimersRunFromTheirArming) {
  ProgramBuilder b;
  b.program.timer_slack_ns = 10 * kUs;
  b.process("app", {arm(0), compute(2 * kMs), expire(0, 5 * kMs), compute(1 * kMs), expire(0, 5 * kMs)});
  b.program.timers = 1;
  EXPECT_EQ(run(b).predicted_ns, 6 * kMs + 10 * kUs);
}

TEST_P(Ops, ATimerSetAgainExpiresLater) {
  ProgramBuilder b;
  b.process("waiter", {expire(0, 5 * kMs)});
  b.process("setter", {compute(1 * kMs), arm(0), compute(3 * kMs), arm(0)});
  b.program.timers = 1;
  EXPECT_EQ(run(b).predicted_ns, 9 * kMs);
}

TEST_P(Ops, TimelineIsGaplessAndNamesWhoEndedTheWait) {
  ProgramBuilder b;
  b.process("reader", {compute(1 * kMs), recv(0, 10), compute(2 * kMs)});
  b.process("writer", {compute(4 * kMs), send(0, 10)});
  b.stream(1, 0, kUnlimited, Transport::unixSocket);
  options_.timeline = true;
  const Outcome o = run(b);
  ASSERT_EQ(o.timeline.size(), 2U);
  ASSERT_EQ(o.timeline[0].size(), 3U);
  EXPECT_EQ(o.timeline[0][1].state, IntervalState::sync);
  EXPECT_EQ(o.timeline[0][1].duration_ns, 3 * kMs);
  EXPECT_EQ(o.timeline[0][1].cause_plus_one, 2U);
  Ns sum = 0;
  for (const Interval& i : o.timeline[0]) sum += i.duration_ns;
  EXPECT_EQ(sum, o.predicted_ns);
}

TEST_P(Ops, TwoRunsAreIdentical) {
  ProgramBuilder b;
  for (std::uint32_t p = 0; p < 5; ++p) {
    b.process(p ? "server" : "client",
              {compute(3 * kMs + p), send(p, 77'777), recv((p + 4) % 5, 77'777), compute(kMs)});
    b.stream(p, (p + 1) % 5);
  }
  const Outcome first = run_apart(b), second = run_apart(b);
  for (std::size_t p = 0; p < 5; ++p) {
    EXPECT_EQ(first.processes[p].end_ns, second.processes[p].end_ns);
    EXPECT_EQ(first.processes[p].network_ns, second.processes[p].network_ns);
  }
  EXPECT_EQ(first.operations, second.operations);
}

}  // namespace
}  // namespace simrec::replay::test
