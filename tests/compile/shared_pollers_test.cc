// Threads that share an epoll instance (Go, Tokio): hand-written programs of one process, with the transfers that its
// threads made and their order.
#include <gtest/gtest.h>

#include <sstream>

#include "replayer/compile/shared_pollers.h"
#include "replayer/program/check.h"

namespace simrec::replay::causal {
namespace {

Op compute(Ns ns) { return {OpKind::compute, Cause::none, 0, 0, ns}; }
Op recv(std::uint32_t stream, std::int64_t upto) { return {OpKind::recv, Cause::none, 0, stream, upto}; }
Op send(std::uint32_t stream, std::int64_t bytes) { return {OpKind::send, Cause::none, 0, stream, bytes}; }
Op park(std::uint32_t token) { return {OpKind::wait, Cause::sync, 0, token, 0}; }
Op wake(std::uint32_t token) { return {OpKind::signal, Cause::none, 0, token, 0}; }
Op sleep(Ns ns) { return {OpKind::sleep, Cause::sleep, 0, 0, ns}; }

/// Connection c brings requests on stream 2c and takes answers on stream 2c + 1.
struct Runtime {
  Program program;
  std::vector<Visits> visits;

  explicit Runtime(std::vector<std::vector<Op>> threads) {
    program.processes.push_back({100, "go", "go", {"go"}, 0, 0, {}});
    program.processes.push_back({200, "peer", "peer", {"peer"}, 0, 0, {}});
    for (std::vector<Op>& ops : threads) {
      ProgramThread thread;
      thread.ops = std::move(ops);
      thread.ops.push_back({});
      program.threads.push_back(std::move(thread));
    }
    visits.resize(threads.size());
    for (std::uint32_t s = 0; s < 6; ++s) {
      Stream stream;
      stream.connection_plus_one = s / 2 + 1;
      program.streams.push_back(stream);
    }
    program.connections.resize(3);
    program.tokens = 10;
  }
  /// The transfers in the order in which they were made: thread, op.
  Runtime& order(const std::vector<std::pair<std::uint32_t, std::uint32_t>>& transfers) {
    std::uint32_t n = 0;
    for (const auto& [thread, op] : transfers) visits[thread].push_back({op, n++, 100 * n});
    SplitLoops split;
    weave_strands(program, visits, split);
    return *this;
  }
  std::string ops(std::size_t thread) const {
    std::ostringstream out;
    for (const Op& op : program.threads[thread].ops) {
      if (op.flags & kTurn) out << "turn:";
      const char* kinds[] = {"c",      "z",    "s",   "r",      "finish", "end",   "connect", "accept",
                             "signal", "wait", "arm", "expire", "io",     "spawn", "exit"};
      out << kinds[static_cast<int>(op.kind)];
      if (op.kind == OpKind::compute || op.kind == OpKind::sleep)
        out << op.value;
      else if (op.kind == OpKind::send || op.kind == OpKind::recv)
        out << op.target << "/" << op.value;
      else if (op.kind != OpKind::exit)
        out << op.target;
      out << " ";
    }
    return out.str();
  }
};

// Two requests whose answers the threads swapped: thread 0 read the first and answered the second.
TEST(SharedPollers, ConnectionsAreServedEachInItsOwnOrder) {
  Runtime r({{recv(0, 10), compute(1), send(3, 5), compute(2)}, {recv(2, 10), compute(3), send(1, 5), compute(4)}});
  r.order({{0, 0}, {1, 0}, {0, 2}, {1, 2}});
  EXPECT_EQ(r.ops(3), "turn:r0/10 c1 signal10 turn:s1/5 c4 signal12 exit ");
  EXPECT_EQ(r.ops(4), "turn:r2/10 c3 turn:s3/5 c2 signal11 exit ");
  EXPECT_EQ(r.ops(2), "spawn3 spawn4 exit ");
  EXPECT_EQ(r.ops(0), "spawn2 turn:wait11 exit ");  // its end comes after what it did
  EXPECT_EQ(r.ops(1), "turn:wait12 exit ");
  EXPECT_EQ(r.program.threads[1].pool_plus_one, 1U);
  EXPECT_EQ(r.program.threads[4].loop_plus_one, 1U);
}

TEST(SharedPollers, WaitsForWorkKeepNoConnectionWaiting) {
  Runtime r({{recv(0, 10), send(1, 5), park(0), compute(1), recv(2, 10), compute(2), send(3, 5)}});
  r.order({{0, 0}, {0, 1}, {0, 4}, {0, 6}});
  EXPECT_EQ(r.ops(2), "turn:r0/10 s1/5 signal10 exit ");
  EXPECT_EQ(r.ops(3), "turn:r2/10 c1 c2 s3/5 signal11 exit ");  // what woke it took its time, too
  EXPECT_EQ(r.ops(0), "spawn1 turn:wait10 turn:wait0 turn:wait11 exit ");
}

// Thread 1 waits for thread 0, then connects; thread 0 uses that connection, too, for the first time after it had woken
// thread 1. So it had woken it before anything was done there.
TEST(SharedPollers, WhoIsWokenMayComeFirst) {
  Runtime r({{recv(0, 10), send(1, 5), park(3), compute(1), wake(0), compute(2), send(3, 5)},
             {park(0), send(3, 7), recv(4, 1)}});
  r.order({{0, 0}, {0, 1}, {1, 1}, {1, 2}, {0, 6}});
  EXPECT_EQ(r.ops(0), "spawn2 turn:wait10 turn:wait3 signal0 turn:wait13 exit ");
  EXPECT_EQ(r.ops(1), "turn:wait0 spawn4 turn:wait12 exit ");
  EXPECT_EQ(r.ops(4), "turn:s3/7 signal11 turn:c1 c2 s3/5 signal13 exit ");
}

std::size_t waits(const std::string& text) {
  std::size_t n = 0;
  for (std::size_t at = text.find("turn:wait"); at != std::string::npos; at = text.find("turn:wait", at + 1)) ++n;
  return n;
}

// A broker: what comes from connection 0 goes to connection 1, and back. Once the thread's visits have gone otherwise
// (both have received something that is not passed on yet), each would seem to answer itself.
TEST(SharedPollers, ABrokerPassesOnWhatItHasJustReceived) {
  std::vector<Op> ops = {recv(0, 10), park(0), recv(2, 10), park(1)};
  for (std::int64_t i = 2; i < 8; ++i)
    ops.insert(ops.end(), {recv(0, 10 * i), send(3, 5), park(2), recv(2, 10 * i), send(1, 5), park(3)});
  Runtime r({ops});
  std::vector<std::pair<std::uint32_t, std::uint32_t>> transfers;
  for (std::uint32_t at = 0; at < ops.size(); ++at)
    if (ops[at].kind != OpKind::wait) transfers.emplace_back(0, at);
  r.order(transfers);
  EXPECT_EQ(waits(r.ops(2)), 6U) << r.ops(2);
  EXPECT_EQ(waits(r.ops(3)), 6U) << r.ops(3);
}

// What comes from connection 0 goes to both of the others: each waits for it.
TEST(SharedPollers, ABrokerMayPassOnOneMessageToMany) {
  std::vector<Op> ops;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> transfers;
  for (std::int64_t i = 1; i <= 6; ++i) {
    for (const Op& op : {recv(0, 10 * i), send(3, 5), send(5, 5)}) {
      transfers.emplace_back(0, ops.size());
      ops.push_back(op);
    }
    ops.push_back(park(static_cast<std::uint32_t>(i)));
  }
  Runtime r({ops});
  r.order(transfers);
  for (const std::size_t strand : {3, 4}) {
    EXPECT_EQ(waits(r.ops(strand)), 1 + 6U) << "for its beginning, and for each message: " << r.ops(strand);
  }
}

// Boost.Asio: the thread reads from all that have something, then answers them all. Nobody is a broker.
TEST(SharedPollers, WhoReadsFromAllBeforeItAnswersThemPassesOnNothing) {
  std::vector<Op> ops;
  for (std::int64_t i = 1; i <= 8; ++i)
    ops.insert(ops.end(), {recv(0, 10 * i), recv(2, 10 * i), recv(4, 10 * i), send(1, 5), send(3, 5), send(5, 5)});
  Runtime r({ops});
  std::vector<std::pair<std::uint32_t, std::uint32_t>> transfers;
  for (std::uint32_t at = 0; at < ops.size(); ++at) transfers.emplace_back(0, at);
  r.order(transfers);
  for (const std::size_t strand : {2, 3, 4}) EXPECT_EQ(waits(r.ops(strand)), 0U) << r.ops(strand);
}

// A thread was told by its poll that connection 1 had something, which another thread took; then it answers connection
// 0.
TEST(SharedPollers, AnAnswerDoesNotWaitForWhatItsThreadHasHeardOfElsewhere) {
  Runtime r({{recv(0, 10), recv(2, 10), send(1, 5), recv(0, 20), send(1, 5)}, {recv(2, 10), send(3, 5)}});
  for (std::uint32_t s : {0U, 2U, 4U}) {
    r.program.streams[s].writer_thread = static_cast<std::uint32_t>(r.program.threads.size());
  }
  ProgramThread peer;
  peer.process = 1;
  peer.ops.push_back({});
  r.program.threads.push_back(std::move(peer));
  r.order({{0, 0}, {1, 0}, {1, 1}, {0, 2}, {0, 3}, {0, 4}});
  EXPECT_EQ(waits(r.ops(4)), 0U) << r.ops(4);
}

// Connection 1 is that of a proxy to its server: requests come from connection 0, answers go there.
TEST(SharedPollers, AProxyPassesOnWhatItReceived) {
  Runtime r({{recv(0, 10), send(3, 12), recv(2, 20), send(1, 22), recv(0, 30), send(3, 12)}});
  r.order({{0, 0}, {0, 1}, {0, 2}, {0, 3}, {0, 4}, {0, 5}});
  EXPECT_EQ(r.ops(2), "turn:r0/10 signal10 signal11 turn:wait12 s1/22 turn:r0/30 signal13 exit ");
  EXPECT_EQ(r.ops(3), "turn:wait10 turn:wait11 s3/12 turn:r2/20 signal12 turn:wait13 s3/12 signal14 exit ");
}

TEST(SharedPollers, ASendAfterASleepComesAfterIt) {
  Runtime r({{send(1, 5), sleep(50'000'000), send(1, 5), sleep(20'000), send(1, 5)}, {recv(2, 10), send(3, 5)}});
  r.order({{0, 0}, {0, 2}, {1, 0}, {1, 1}, {0, 4}});
  EXPECT_EQ(r.ops(3), "turn:s1/5 signal10 turn:wait11 s1/5 signal12 turn:s1/5 signal14 exit ");
  EXPECT_EQ(r.ops(0), "spawn2 spawn3 turn:wait10 z50000000 signal11 turn:wait12 z20000 turn:wait14 exit ");
}

// Thread 1 sends on the first connection long after thread 0 went on, and what thread 0 wakes has to come before that.
TEST(SharedPollers, WhatAThreadGoesOnWithComesAfterItsOwnVisitOnly) {
  Runtime r({{recv(0, 10), park(0), compute(1), recv(2, 10)}, {park(1), send(1, 5), send(3, 5)}});
  r.order({{0, 0}, {1, 1}, {0, 3}, {1, 2}});
  EXPECT_EQ(r.ops(0), "spawn2 turn:wait10 turn:wait0 turn:wait12 exit ");
  EXPECT_EQ(r.ops(3), "turn:r0/10 signal10 turn:s1/5 signal11 exit ");
}

TEST(SharedPollers, WhoIsWokenBeforeAReceiveDoesNotWaitForIt) {
  Runtime r({{recv(0, 10), park(0), {OpKind::signal, Cause::none, 0, 5, 0}, compute(1), recv(2, 10)}});
  r.order({{0, 0}, {0, 4}});
  EXPECT_EQ(r.ops(0), "spawn1 turn:wait10 turn:wait0 signal5 turn:wait11 exit ");
  EXPECT_EQ(r.ops(3), "turn:r2/10 c1 signal11 exit ");
}

TEST(SharedPollers, RequestsThatATimerStartsAreCounted) {
  Runtime r({{recv(0, 10), sleep(9'000'000), send(1, 5), recv(2, 10), send(3, 5)}});
  SplitLoops split;
  r.visits[0].push_back({0, 0, 100});
  r.visits[0].push_back({2, 1, 200});
  r.visits[0].push_back({3, 2, 300});
  r.visits[0].push_back({4, 3, 400});
  weave_strands(r.program, r.visits, split);
  EXPECT_EQ(split.paced, 1U);
}

TEST(SharedPollers, OneConnectionStaysAsItIs) {
  Runtime r({{recv(0, 10), compute(1), send(1, 5)}, {recv(0, 20), compute(2), send(1, 5)}});
  r.order({{0, 0}, {0, 2}, {1, 0}, {1, 2}});
  EXPECT_EQ(r.program.threads.size(), 2U);
  EXPECT_EQ(r.ops(1), "r0/20 c2 s1/5 exit ");
}

}  // namespace
}  // namespace simrec::replay::causal
