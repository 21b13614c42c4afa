// Threads that take connections from one queue: hand-written programs.
#include <gtest/gtest.h>

#include "replayer/compile/event_loops.h"
#include "replayer/compile/worker_pools.h"
#include "replayer/program/check.h"
#include "tests/compile/script.h"

namespace simrec::replay::causal {
namespace {

Op op(OpKind kind, std::uint32_t target, std::int64_t value = 0, std::uint16_t flags = 0) {
  return {kind, kind == OpKind::wait ? Cause::sync : Cause::none, flags, target, value};
}
Op accept(std::uint32_t connection) { return op(OpKind::accept, connection); }
Op connect(std::uint32_t connection) { return op(OpKind::connect, connection); }
Op wait(std::uint32_t token, std::uint16_t flags = 0) { return op(OpKind::wait, token, 0, flags); }
Op signal(std::uint32_t token) { return op(OpKind::signal, token); }
Op spawn(std::uint32_t thread) { return op(OpKind::spawn, thread); }
/// Of connection c: requests on stream 2c, answers on stream 2c + 1.
Op request(std::uint32_t c) { return op(OpKind::recv, 2 * c, 10); }
Op answer(std::uint32_t c) { return op(OpKind::send, 2 * c + 1, 5); }

using Indices = std::vector<std::size_t>;

/// Process 0 is the server with any number of threads, process 1 the client of four connections.
struct Fixture {
  Program program;
  std::vector<PolledSources> polled;

  explicit Fixture(const std::vector<std::vector<Op>>& server) {
    program.tokens = 8;
    program.processes.push_back({100, "server", "server", {"server"}, 0, 0, {}});
    program.processes.push_back({200, "client", "client", {"client"}, 0, 0, {}});
    std::vector<Op> asks;
    for (std::uint32_t c = 0; c < 4; ++c) {
      program.connections.push_back({Transport::tcp, static_cast<std::uint32_t>(server.size()), 0, "connection"});
      asks.insert(asks.end(), {connect(c), op(OpKind::send, 2 * c, 10), op(OpKind::recv, 2 * c + 1, 5)});
      for (int direction = 0; direction < 2; ++direction) {
        Stream stream;
        stream.connection_plus_one = c + 1;
        program.streams.push_back(stream);
      }
    }
    for (const auto& ops : server) add(0, ops);
    add(1, asks);
  }
  void add(std::uint32_t process, std::vector<Op> ops) {
    ops.push_back({});
    ProgramThread thread;
    thread.process = process;
    thread.ops = ops;
    program.threads.push_back(std::move(thread));
    polled.emplace_back();
  }
  std::string ops(std::uint32_t thread) const { return test::ops(program, ThreadId{thread}); }
  /// Which of them need the loop's turn.
  Indices turns(std::uint32_t thread) const {
    Indices found;
    for (std::size_t i = 0; i < program.threads[thread].ops.size(); ++i)
      if (program.threads[thread].ops[i].flags & kTurn) found.push_back(i);
    return found;
  }
};

TEST(WorkerPools, ThreadsThatAcceptFromOneListenerShareTheirConnections) {
  Fixture f({{accept(0), request(0), answer(0), accept(2), request(2), answer(2)},
             {accept(1), request(1), answer(1)},
             {accept(3), request(3), answer(3)}});
  EXPECT_EQ(split_event_loops(f.program, f.polled, std::vector<std::uint32_t>{7, 7, 7, 8}).handlers, 3U);
  EXPECT_EQ(f.program.threads[0].pool_plus_one, 0U);
  EXPECT_EQ(f.program.threads[1].pool_plus_one, 1U);
  EXPECT_EQ(f.program.threads[2].pool_plus_one, 0U) << "it has another listener";
  EXPECT_EQ(f.ops(1), "spawn 6, wait k10, exit");
  EXPECT_EQ(f.turns(1), Indices{1});
  EXPECT_EQ(f.ops(6), "accept c1, recv s2 10, send s3 5, signal k10, exit");
  EXPECT_EQ(f.turns(6), Indices{0});
  EXPECT_EQ(check(f.program), "");
}

TEST(WorkerPools, ThreadsThatTakeFromAQueueServeWhateverComesFirst) {
  // Thread 0 accepts and wakes; the workers' locks are chance.
  Fixture f({{spawn(1), spawn(2), accept(0), signal(0), accept(1), signal(1), accept(2), accept(3), signal(3)},
             {wait(0), wait(4, kLock), request(0), answer(0), request(2), answer(2), signal(4)},
             {wait(1), request(1), answer(1), wait(3), request(3), answer(3)}});
  f.program.threads[1].spawned = f.program.threads[2].spawned = true;
  EXPECT_EQ(split_event_loops(f.program, f.polled).handlers, 8U);
  EXPECT_EQ(f.program.threads[1].pool_plus_one, 0U);
  EXPECT_EQ(f.program.threads[2].pool_plus_one, 2U);
  EXPECT_EQ(f.ops(0),
            "spawn 1, spawn 2, spawn 4, spawn 5, spawn 6, spawn 7, wait k8, wait k9, wait k10, wait k11, exit");
  EXPECT_EQ(f.turns(0), (Indices{6, 7, 8, 9}));
  EXPECT_EQ(f.ops(8), "wait k0, recv s0 10, send s1 5, signal k12, exit");
  EXPECT_EQ(f.ops(9), "recv s4 10, send s5 5, signal k4, signal k13, exit");
  EXPECT_EQ(f.ops(11), "wait k3, recv s6 10, send s7 5, signal k15, exit");
  for (const std::uint32_t fiber : {8U, 9U, 11U}) EXPECT_EQ(f.turns(fiber), Indices{0});
  EXPECT_EQ(check(f.program), "");
}

TEST(WorkerPools, AThreadPerConnectionIsNoPool) {
  Fixture f({{accept(0), spawn(1), accept(1), spawn(2)}, {request(0), answer(0)}, {request(1), answer(1)}});
  f.program.threads[1].spawned = f.program.threads[2].spawned = true;
  EXPECT_EQ(split_event_loops(f.program, f.polled).handlers, 2U) << "but its accepts are relaxed";
  for (const ProgramThread& t : f.program.threads) EXPECT_EQ(t.pool_plus_one, 0U);
}

TEST(WorkerPools, AConnectionThatTwoThreadsServeStaysWithThem) {
  Fixture f({{spawn(1), spawn(2), accept(0), accept(1)},
             {request(0), answer(0), op(OpKind::recv, 2, 5)},
             {op(OpKind::recv, 2, 10), answer(1)}});
  f.program.threads[1].spawned = f.program.threads[2].spawned = true;
  const WorkerPools pools = find_worker_pools(f.program, f.polled, {});
  EXPECT_TRUE(pools.handed_on[1]);
  EXPECT_EQ(pools.adopter_plus_one[1], 0U);
}

}  // namespace
}  // namespace simrec::replay::causal
