// A server's event loop with a near and a far client: sources are served as they become ready. Both engines.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

Op turn(Op op) {
  op.flags |= kTurn;
  return op;
}

void expect_near(Ns actual, Ns expected, Ns tolerance) {
  EXPECT_LE(std::abs(actual - expected), tolerance) << actual << " ns, not about " << expected;
}

/// A server on host a; its clients send one request each: "near" is on a, "far" 10 ms away. Serving takes 1 ms.
/// Recorded order: far, near, far, near.
class EventLoops : public testing::TestWithParam<EngineKind> {
 protected:
  Outcome run(bool fibers) {
    ProgramBuilder b;
    const std::uint32_t server = b.process("server", {});
    const std::uint32_t near = b.process("near", {});
    const std::uint32_t far = b.process("far", {});
    const std::uint32_t from_near = b.stream(near, server), from_far = b.stream(far, server);
    const std::uint32_t to_near = b.stream(server, near), to_far = b.stream(server, far);
    const auto client = [](std::uint32_t out, std::uint32_t in) {
      return std::vector<Op>{send(out, 1), recv(in, 1), send(out, 1), recv(in, 2), {}};
    };
    b.program.threads[near].ops = client(from_near, to_near);
    b.program.threads[far].ops = client(from_far, to_far);
    const auto visit = [](std::uint32_t in, std::uint32_t out, std::int64_t n) {
      return std::vector<Op>{turn(recv(in, n)), compute(1 * kMs), send(out, 1)};
    };
    std::vector<std::vector<Op>> visits = {visit(from_far, to_far, 1), visit(from_near, to_near, 1),
                                           visit(from_far, to_far, 2), visit(from_near, to_near, 2)};
    if (fibers) {
      for (const auto& [first, done] : {std::pair{0, 0U}, std::pair{1, 1U}}) {
        std::vector<Op> ops = visits[static_cast<std::size_t>(first)];
        ops.insert(ops.end(), visits[static_cast<std::size_t>(first) + 2].begin(),
                   visits[static_cast<std::size_t>(first) + 2].end());
        ops.push_back(signal(done));
        const std::uint32_t fiber = b.thread(0, ops);
        b.spawned(fiber);
        b.program.threads[fiber].loop_plus_one = server + 1;
      }
      b.program.tokens = 2;
      b.program.threads[server].ops = {spawn(3), spawn(4), turn(wait(0)), turn(wait(1)), {}};
    } else {
      ScratchSequence<Op>& ops = b.program.threads[server].ops;
      ops.clear();
      for (const auto& v : visits) ops.append(v);
      ops.push_back({});
    }
    SimulateOptions options;
    options.engine = GetParam();
    options.placement = {{"far", "b"}};
    options.timeline = true;
    return simulate(b.program, platform("two_hosts"), options);
  }
  static constexpr Ns kSlack = 5 * kUs;  ///< bytes on the wire
};

INSTANTIATE_TEST_SUITE_P(Engines, EventLoops, testing::Values(EngineKind::event, EngineKind::reference),
                         [](const auto& info) { return info.param == EngineKind::event ? "event" : "reference"; });

// Its reader takes what comes: the writer goes on at once, and keeps its turn.
TEST_P(EventLoops, ASendOfMoreThanTheCapacityIsNotLost) {
  ProgramBuilder b;
  b.process("loop", {spawn(2), turn(wait(0))});
  b.process("reader", {send(0, 1), recv(1, 300), recv(1, 400)});
  b.thread(0, {turn(recv(0, 1)), turn(send(1, 300)), compute(1 * kMs), turn(send(1, 100)), signal(0)});
  b.spawned(2);
  b.program.threads[2].loop_plus_one = 1;
  b.program.tokens = 1;
  b.stream(1, 2, kUnlimited, Transport::pipe);
  b.stream(2, 1, 200, Transport::pipe);
  SimulateOptions options;
  options.engine = GetParam();
  expect_near(simulate(b.program, platform("two_hosts"), options).predicted_ns, 1 * kMs, 5);
}

TEST_P(EventLoops, RecordedOrderMakesTheNearClientWaitForTheFarOne) {
  const Outcome o = run(false);
  expect_near(o.processes[1].end_ns, 33 * kMs, kSlack);  // behind the far client's second request
  expect_near(o.processes[2].end_ns, 42 * kMs, kSlack);  // 2 × (10 + 1 + 10)
}

TEST_P(EventLoops, OrderOfArrivalServesTheNearClientFirst) {
  const Outcome o = run(true);
  expect_near(o.processes[1].end_ns, 2 * kMs, kSlack);
  expect_near(o.processes[2].end_ns, 42 * kMs, kSlack);
}

TEST_P(EventLoops, TimeIsChargedToTheThreadOnce) {
  const Outcome o = run(true);
  const ProcessOutcome& server = o.processes[0];
  EXPECT_EQ(server.threads, 1U);
  EXPECT_EQ(server.compute_ns, 4 * kMs);
  expect_near(server.end_ns, 32 * kMs, kSlack);
  expect_near(server.compute_ns + server.network_ns + server.sync_ns, server.end_ns - server.start_ns, kUs);
}

TEST_P(EventLoops, OneTurnAtATime) {
  // Two fibers that are ready at once on a host with two cores: one thread, so one after the other.
  ProgramBuilder b;
  const std::uint32_t server = b.process("server", {spawn(1), spawn(2), turn(wait(0)), turn(wait(1))});
  for (std::uint32_t done = 0; done < 2; ++done) {
    const std::uint32_t fiber = b.thread(0, {turn(compute(10 * kMs)), turn(compute(10 * kMs)), signal(done)});
    b.spawned(fiber);
    b.program.threads[fiber].loop_plus_one = server + 1;
  }
  b.program.tokens = 2;
  SimulateOptions options;
  options.engine = GetParam();
  expect_near(simulate(b.program, platform("two_hosts"), options).predicted_ns, 40 * kMs, kUs);
}

/// Fibers of `owner`, each of one handler.
void serve(ProgramBuilder& b, std::uint32_t owner, const std::vector<std::vector<Op>>& handlers) {
  std::vector<Op> ops;
  const std::uint32_t first_done = b.program.tokens;
  for (std::vector<Op> handler : handlers) {
    handler.front().flags |= kTurn;
    handler.push_back(signal(b.program.tokens++));
    const std::uint32_t fiber = b.thread(b.program.threads[owner].process, handler);
    b.spawned(fiber);
    b.program.threads[fiber].loop_plus_one = owner + 1;
    ops.push_back(spawn(fiber));
  }
  for (std::uint32_t done = first_done; done < b.program.tokens; ++done) ops.push_back(turn(wait(done)));
  ops.push_back({});
  b.program.threads[owner].ops = ops;
}

TEST_P(EventLoops, AFreeWorkerServesWhatAnotherOneDidWhileRecording) {
  ProgramBuilder b;
  const std::uint32_t first = b.process("first", {}), second = b.process("second", {});
  const std::vector<Op> work{compute(10 * kMs)};
  serve(b, first, {work, work, work});
  serve(b, second, {work});
  b.program.threads[second].pool_plus_one = first + 1;
  SimulateOptions options;
  options.engine = GetParam();
  const Outcome o = simulate(b.program, platform("two_hosts"), options);
  expect_near(o.predicted_ns, 20 * kMs, kUs);  // on two cores
  EXPECT_EQ(o.processes[0].compute_ns, 20 * kMs);
  EXPECT_EQ(o.processes[1].compute_ns, 20 * kMs);
}

TEST_P(EventLoops, AWorkerThatEndedTakesNothingMore) {
  ProgramBuilder b;
  const std::uint32_t first = b.process("first", {}), second = b.process("second", {});
  const std::vector<Op> work{compute(10 * kMs)};
  serve(b, first, {work, work, work, work});
  b.program.threads[second].ops = {compute(5 * kMs), {}};
  b.program.threads[second].pool_plus_one = first + 1;
  SimulateOptions options;
  options.engine = GetParam();
  expect_near(simulate(b.program, platform("two_hosts"), options).predicted_ns, 40 * kMs, kUs);
}

TEST_P(EventLoops, WhoWaitsForOneThatGetsNoTurnIsCounted) {
  // The handler that was served first while recording is ready last here, and the other one waits for it.
  ProgramBuilder b;
  const std::uint32_t server = b.process("server", {});
  b.program.tokens = 2;
  b.process("late", {compute(5 * kMs), signal(0)});
  serve(b, server, {{wait(0), compute(kMs), signal(1)}, {compute(kMs), wait(1)}});
  SimulateOptions options;
  options.engine = GetParam();
  const Outcome o = simulate(b.program, platform("two_hosts"), options);
  expect_near(o.predicted_ns, 6 * kMs, kUs);
  const auto added = std::ranges::find(o.counts, "workers added to avoid a standstill", &NamedValue::name);
  ASSERT_NE(added, o.counts.end());
  EXPECT_EQ(added->value, 1U);
}

}  // namespace
}  // namespace simrec::replay::test
