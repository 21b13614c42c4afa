// The critical path of small programs, where it is known by hand; and that it always adds up to the predicted time.
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <numeric>

#include "replayer/simulate/use_over_time.h"
#include "tests/simulate/random_program.h"

namespace simrec::replay::test {
namespace {

/// 1 Gf/s, two cores each; 100 MB/s and 10 ms each way. Processes called "server" are on the other host.
class Path : public testing::Test {
 protected:
  Path() { options_.path_steps = 1'000'000; }
  Outcome run(const Program& program) {
    const Outcome o = simulate(program, platform(hosts_), options_);
    EXPECT_TRUE(o.path_followed);
    EXPECT_EQ(sum(o), o.predicted_ns);
    return o;
  }
  Outcome run(const ProgramBuilder& b) { return run(b.program); }
  Outcome run_apart(const ProgramBuilder& b) {
    options_.placement = {{"server", "b"}};
    return run(b);
  }
  static Ns sum(const Outcome& o) {
    return std::accumulate(o.path.begin(), o.path.end(), Ns{0},
                           [](Ns sum, const PathPart& part) { return sum + part.duration_ns; });
  }
  static Ns time(const Outcome& o, PathKind kind) {
    Ns sum = 0;
    for (const PathPart& part : o.path) sum += part.kind == kind ? part.duration_ns : 0;
    return sum;
  }
  static Ns time(const Outcome& o, PathKind kind, std::uint32_t thread) {
    Ns sum = 0;
    for (const PathPart& part : o.path) sum += part.kind == kind && part.thread == thread ? part.duration_ns : 0;
    return sum;
  }
  static void expect_near(Ns actual, Ns expected, Ns tolerance) {
    EXPECT_LE(std::abs(actual - expected), tolerance) << actual << " ns, not about " << expected;
  }
  static Op locked(Op op) {
    op.flags |= kLock;
    return op;
  }
  static Op turn(Op op) {
    op.flags |= kTurn;
    return op;
  }
  SimulateOptions options_;
  std::string hosts_ = "two_hosts";
};

TEST_F(Path, ComputingAndSleepingIsTheThreadsOwn) {
  ProgramBuilder b;
  b.program.timer_slack_ns = 50 * kUs;
  b.process("app", {compute(1 * kMs), sleep(5 * kMs), compute(2 * kMs)}, 3 * kMs);
  const Outcome o = run(b);
  ASSERT_EQ(o.path.size(), 3U);
  EXPECT_EQ(o.path[0].duration_ns, 1 * kMs);
  EXPECT_EQ(o.path[1].kind, PathKind::sleep);
  EXPECT_EQ(o.path[1].duration_ns, 5 * kMs + 50 * kUs);
  EXPECT_EQ(o.path[2].duration_ns, 2 * kMs);
}

TEST_F(Path, WaitingForACoreIsReadyTime) {
  ProgramBuilder b;
  for (int i = 0; i < 3; ++i) b.process("app", {compute(10 * kMs)});
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute), 10 * kMs);
  EXPECT_EQ(time(o, PathKind::ready), 5 * kMs);
}

TEST_F(Path, APingPongIsLatency) {
  ProgramBuilder b;
  b.program.wake_up_ns = 30 * kUs;
  b.process("client", {send(0, 1), recv(1, 1)});
  b.process("server", {recv(0, 1), compute(1 * kMs), send(1, 1)});
  b.stream(0, 1);
  b.stream(1, 0);
  const Outcome o = run_apart(b);
  expect_near(time(o, PathKind::latency), 20 * kMs, 2);
  expect_near(time(o, PathKind::bandwidth), 2 * 671, 2);
  expect_near(time(o, PathKind::wake), 60 * kUs, 2);
  EXPECT_EQ(time(o, PathKind::compute, 1), 1 * kMs);
  ASSERT_EQ(o.path.front().kind, PathKind::bandwidth);
  EXPECT_EQ(o.path.front().what_plus_one, 1U);  // the first stream
  EXPECT_EQ(o.path.front().thread, 0U);
  EXPECT_EQ(o.path.back().kind, PathKind::wake);
  EXPECT_EQ(o.path.back().what_plus_one, 2U);  // the server's thread
  expect_near(o.path.back().waited_ns, o.predicted_ns, 2);
}

TEST_F(Path, ALongTransferIsBandwidth) {
  ProgramBuilder b;
  b.process("client", {recv(0, 100'000'000)});
  b.process("server", {send(0, 100'000'000)});
  b.stream(1, 0);
  options_.model.slow_start = false;
  const Outcome o = run_apart(b);
  expect_near(time(o, PathKind::latency), 10 * kMs, 2);
  EXPECT_EQ(time(o, PathKind::bandwidth), o.predicted_ns - time(o, PathKind::latency));
  ASSERT_EQ(o.links.size(), 1U);
  EXPECT_EQ(o.links[0].name, "back");
  EXPECT_EQ(o.links[0].bytes, 100'000'000U + 69'061 * 66);
  expect_near(o.links[0].busy_ns, time(o, PathKind::bandwidth), 3'000);
  const auto& slices = o.links[0].bytes_over_time;
  ASSERT_EQ(slices.size(), kUseSlices);
  EXPECT_EQ(std::accumulate(slices.begin(), slices.end(), std::uint64_t{0}), o.links[0].bytes);
  EXPECT_EQ(o.streams[0].bytes, 100'000'000U);
  EXPECT_EQ(o.streams[0].messages, 1U);
  expect_near(o.streams[0].wait_ns, o.predicted_ns, 2);
}

TEST_F(Path, SlowStartIsRoundTripsOfTheWindow) {
  ProgramBuilder b;
  b.process("client", {recv(0, 200'000)});
  b.process("server", {send(0, 200'000)});
  b.stream(1, 0);
  const Outcome o = run_apart(b);
  // 10, 20, 40 and 68 segments: three round trips before the last.
  expect_near(time(o, PathKind::window), 60 * kMs, 10 * kUs);
  expect_near(time(o, PathKind::latency), 10 * kMs, 2);
}

TEST_F(Path, ASlowReaderIsWhatItsWriterWaitsFor) {
  ProgramBuilder b;
  b.process("writer", {send(0, 100), send(0, 50), compute(1 * kMs)});
  b.process("reader", {compute(4 * kMs), recv(0, 100), recv(0, 150)});
  b.stream(0, 1, 120, Transport::pipe);
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute, 1), 4 * kMs);
  EXPECT_EQ(time(o, PathKind::compute, 0), 1 * kMs);
}

TEST_F(Path, AConnectionIsItsHandshake) {
  ProgramBuilder b;
  b.process("client", {compute(1 * kMs), connect(0), compute(1 * kMs)});
  b.process("server", {accept(0)});
  b.connection(0, 1);
  const Outcome o = run_apart(b);
  expect_near(time(o, PathKind::connect), 20 * kMs, 2);
  EXPECT_EQ(time(o, PathKind::compute), 2 * kMs);
}

TEST_F(Path, ALockLeadsToWhoHeldIt) {
  ProgramBuilder b;
  b.program.wake_up_ns = 20 * kUs;
  b.process("app", {compute(1 * kMs), locked(wait(0)), compute(2 * kMs)});
  b.thread(0, {compute(5 * kMs), signal(0)});
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute, 1), 5 * kMs);
  EXPECT_EQ(time(o, PathKind::compute, 0), 2 * kMs);
  EXPECT_EQ(time(o, PathKind::lock), 20 * kUs);
  const auto lock = std::ranges::find(o.path, PathKind::lock, &PathPart::kind);
  ASSERT_NE(lock, o.path.end());
  EXPECT_EQ(lock->thread, 0U);
  EXPECT_EQ(lock->what_plus_one, 2U);
  EXPECT_EQ(lock->waited_ns, 4 * kMs + 20 * kUs);
}

TEST_F(Path, AConvoyIsAllItsHoldersInTurn) {
  ProgramBuilder b;
  b.process("app", {locked(wait(0)), compute(1 * kMs)});
  b.process("app", {locked(wait(1)), compute(2 * kMs), signal(0)});
  b.process("app", {compute(3 * kMs), signal(1)});
  b.program.tokens = 2;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 6 * kMs);
  for (std::uint32_t t = 0; t < 3; ++t) EXPECT_EQ(time(o, PathKind::compute, t), (t + 1) * kMs);
  EXPECT_EQ(std::ranges::count(o.path, PathKind::lock, &PathPart::kind), 2) << "hand-overs that took no time count";
}

TEST_F(Path, WaitingForAChildIsTheChild) {
  ProgramBuilder b;
  b.program.wake_up_ns = 10 * kUs;
  b.process("parent", {compute(1 * kMs), spawn(1), compute(1 * kMs), wait(0, Cause::child)});
  b.process("child", {compute(4 * kMs), signal(0)});
  b.spawned(1);
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute, 0), 1 * kMs) << "what it computed beside the child is not critical";
  EXPECT_EQ(time(o, PathKind::compute, 1), 4 * kMs);
  EXPECT_EQ(time(o, PathKind::child), 10 * kUs);
}

TEST_F(Path, JoiningThreadsIsTheSlowest) {
  ProgramBuilder b;
  b.process("app", {spawn(1), spawn(2), wait(0), wait(1)});
  b.thread(0, {compute(2 * kMs), signal(0)});
  b.thread(0, {compute(7 * kMs), signal(1)});
  b.spawned(1);
  b.spawned(2);
  b.program.tokens = 2;
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute, 2), 7 * kMs);
  EXPECT_EQ(time(o, PathKind::compute, 1), 0);
}

TEST_F(Path, ATimerCountsFromItsArming) {
  ProgramBuilder b;
  b.process("app", {expire(0, 10 * kMs)});
  b.process("app", {compute(3 * kMs), arm(0), compute(20 * kMs)});
  b.program.timers = 1;
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 13 * kMs);
  EXPECT_EQ(time(o, PathKind::compute, 1), 3 * kMs);
  EXPECT_EQ(time(o, PathKind::sleep), 10 * kMs);
}

TEST_F(Path, ATimeoutThatSomethingEndedIsThatThing) {
  ProgramBuilder b;
  b.process("poller", {sleep(10 * kMs, kInterruptible, 1), wait(0), compute(1 * kMs)});
  b.process("worker", {compute(4 * kMs), signal(0)});
  b.program.tokens = 1;
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute, 1), 4 * kMs);
  EXPECT_EQ(time(o, PathKind::sleep), 0);
}

TEST_F(Path, RecordedWaitsWithoutACauseAreOutside) {
  ProgramBuilder b;
  b.process("app", {compute(1 * kMs), sleep(2 * kMs, kWoke | kOutside)});
  EXPECT_EQ(time(run(b), PathKind::outside), 2 * kMs);
}

TEST_F(Path, DevicesAreDisk) {
  ProgramBuilder b;
  b.process("app", {compute(1 * kMs), io(0, 2 * kMs)});  // the host has no disk: as recorded
  b.program.ios.push_back({4096, false, "/data"});
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::disk), 2 * kMs);
  EXPECT_EQ(o.path.back().what_plus_one, 1U);
}

// Two sources of one event loop that are ready at once: the second one waits for the first one's handler.
TEST_F(Path, AnEventLoopsTurnLeadsThroughWhoHadItBefore) {
  ProgramBuilder b;
  const std::uint32_t server = b.process("loop", {spawn(1), spawn(2), turn(wait(0)), turn(wait(1))});
  for (std::uint32_t done = 0; done < 2; ++done) {
    const std::uint32_t fiber = b.thread(0, {turn(compute(10 * kMs)), turn(compute(10 * kMs)), signal(done)});
    b.spawned(fiber);
    b.program.threads[fiber].loop_plus_one = server + 1;
  }
  b.program.tokens = 2;
  const Outcome o = run(b);
  EXPECT_EQ(time(o, PathKind::compute, server), 40 * kMs) << "a fiber's time is its thread's";
  expect_near(time(o, PathKind::order), 0, kUs);
  Ns waited = 0;
  for (const PathPart& part : o.path) waited += part.kind == PathKind::order ? part.waited_ns : 0;
  expect_near(waited, 40 * kMs, kUs);  // each turn but the first was waited for 10 ms, the thread's own at the end, too
}

TEST_F(Path, RandomProgramsAddUp) {
  for (std::uint32_t seed = 1; seed <= 200; ++seed) {
    const Program program = RandomProgram(seed).make();
    options_.placement.clear();
    for (std::size_t p = seed % 2; p < program.processes.size(); p += 2)
      options_.placement.push_back({program.processes[p].name, "b"});
    const Outcome o = run(program);
    Ns outside = 0;
    for (const ProgramThread& thread : program.threads) outside = std::max(outside, thread.start_ns);
    EXPECT_LE(time(o, PathKind::outside), outside) << "seed " << seed;
    SimulateOptions plain = options_;
    plain.path_steps = 0;
    EXPECT_EQ(simulate(program, platform("two_hosts"), plain).predicted_ns, o.predicted_ns) << "seed " << seed;
  }
}

/// Random programs on hosts with more cores than threads: what the path says must be what a replay on a slightly slower
/// platform does. (Not where that moves a transfer so that it shares a link longer or shorter, or in more or fewer
/// shares; and without cold caches, which cost more the longer a wait gets, and without
/// time slices, of which slower cores need more.)
class PathOnRoomyHosts : public Path {
 protected:
  static constexpr double kSlower = 1e-4;
  /// `slow_down` makes it slower by kSlower; `on_path`: the time that this lengthens.
  void expect_growth(const std::function<void(const Program&)>& slow_down,
                     const std::function<Ns(const Outcome&)>& on_path) {
    int disagree = 0;
    std::string which;
    for (std::uint32_t seed = 1; seed <= 200; ++seed) {
      Program program = RandomProgram(seed).make();
      program.cold_ns = program.cold_long_ns = 0;
      for (ProgramProcess& p : program.processes)
        if (p.interpreter_slice_ns > 0) p.interpreter_slice_ns = 1000 * kMs;
      options_.host_speed_flops = 0;
      options_.model.window_shares = false;
      hosts_ = "two_roomy_hosts";
      options_.placement.clear();
      for (std::size_t p = seed % 2; p < program.processes.size(); p += 2)
        options_.placement.push_back({program.processes[p].name, "b"});
      const Outcome before = run(program);
      slow_down(program);
      const auto grown = static_cast<double>(run(program).predicted_ns - before.predicted_ns);
      const double expected = kSlower * static_cast<double>(on_path(before));
      if (std::abs(grown - expected) <= 0.02 * expected + 10) continue;
      ++disagree;
      which += "seed " + std::to_string(seed) + ": grew by " + std::to_string(grown) + " ns, the path says " +
               std::to_string(expected) + " ns\n";
    }
    EXPECT_LE(disagree, 14) << which;  // of 200: slower cores move a transfer in 14, more latency in 5
  }
};

TEST_F(PathOnRoomyHosts, SlowerCoresCostTheComputingOnIt) {
  expect_growth(
      [&](const Program& program) { options_.host_speed_flops = program.recorded_speed_flops * (1 + kSlower); },
      [](const Outcome& o) { return time(o, PathKind::compute); });
}

TEST_F(PathOnRoomyHosts, MoreLatencyCostsTheLatencyOnIt) {
  expect_growth([&](const Program&) { hosts_ = "two_farther_hosts"; },
                [](const Outcome& o) {
                  return time(o, PathKind::latency) + time(o, PathKind::window) + time(o, PathKind::connect);
                });
}

TEST_F(Path, APathThatIsTooLongIsNone) {
  ProgramBuilder b;
  std::vector<Op> ops;
  for (int i = 0; i < 100; ++i) ops.insert(ops.end(), {compute(1 * kMs), sleep(1 * kMs)});
  b.process("app", ops);
  options_.path_steps = 50;
  const Outcome o = simulate(b.program, platform("two_hosts"), options_);
  EXPECT_FALSE(o.path_followed);
  EXPECT_TRUE(o.path.empty());
  ASSERT_EQ(o.warnings.size(), 1U);
  EXPECT_EQ(o.predicted_ns, 200 * kMs);
}

TEST_F(Path, TheReferenceEngineHasNone) {
  ProgramBuilder b;
  b.process("app", {compute(1 * kMs)});
  options_.engine = EngineKind::reference;
  EXPECT_FALSE(simulate(b.program, platform("two_hosts"), options_).path_followed);
}

TEST_F(Path, HostsShowWhenTheyWereBusy) {
  ProgramBuilder b;
  b.process("app", {compute(10 * kMs), sleep(10 * kMs)});
  b.process("app", {compute(5 * kMs)});
  const auto busy = run(b).hosts[0].busy_over_time_ns;
  ASSERT_EQ(busy.size(), kUseSlices);
  EXPECT_NEAR(static_cast<double>(busy[0]), 0.4e6, 1e3);   // two cores for 0.2 ms
  EXPECT_NEAR(static_cast<double>(busy[40]), 0.2e6, 1e3);  // one
  EXPECT_EQ(busy[60], 0U);
  EXPECT_EQ(std::accumulate(busy.begin(), busy.end(), std::uint64_t{0}), 15'000'000U);
}

}  // namespace
}  // namespace simrec::replay::test
