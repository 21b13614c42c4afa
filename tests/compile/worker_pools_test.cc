// Threads that take connections from one queue: hand-written programs.
#include <gtest/gtest.h>

#include "replayer/compile/event_loops.h"
#include "replayer/compile/worker_pools.h"
#include "replayer/program/check.h"

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
  std::string kinds(std::uint32_t thread) const {
    std::string text;
    for (const Op& o : program.threads[thread].ops) text += (o.flags & kTurn ? "*" : "") + name(o) + " ";
    return text;
  }
  static std::string name(const Op& o) {
    switch (o.kind) {
      case OpKind::accept:
        return "accept" + std::to_string(o.target);
      case OpKind::recv:
        return "recv" + std::to_string(o.target);
      case OpKind::send:
        return "send" + std::to_string(o.target);
      case OpKind::wait:
        return "wait" + std::to_string(o.target);
      case OpKind::signal:
        return "signal" + std::to_string(o.target);
      case OpKind::spawn:
        return "spawn" + std::to_string(o.target);
      case OpKind::exit:
        return "exit";
      default:
        return "?";
    }
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
  EXPECT_EQ(f.kinds(1), "spawn6 *wait10 exit ");
  EXPECT_EQ(f.kinds(6), "*accept1 recv2 send3 signal10 exit ");
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
  EXPECT_EQ(f.kinds(0), "spawn1 spawn2 spawn4 spawn5 spawn6 spawn7 *wait8 *wait9 *wait10 *wait11 exit ");
  EXPECT_EQ(f.kinds(8), "*wait0 recv0 send1 signal12 exit ");
  EXPECT_EQ(f.kinds(9), "*recv4 send5 signal4 signal13 exit ");
  EXPECT_EQ(f.kinds(11), "*wait3 recv6 send7 signal15 exit ");
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
