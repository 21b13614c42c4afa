// Connections that a client begins when others have ended: in which order.
#include "replayer/compile/next_connections.h"

#include <gtest/gtest.h>

#include <map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {
namespace {

Op op(OpKind kind, std::uint32_t target, std::int64_t value = 0) { return {kind, Cause::none, 0, target, value}; }

/// One client loop. Connection c has streams 2c and 2c + 1, and its fiber is thread c; who begins c signals token c.
struct Client {
  Program program;
  std::vector<Fiber> fibers;
  std::vector<std::uint32_t> listener;

  /// `begins`: by connection the one that its end begins, if any. Connection 0 is there, 1 is begun with it.
  explicit Client(const std::map<std::uint32_t, std::uint32_t>& begins, std::uint32_t connections) {
    for (std::uint32_t c = 0; c < connections; ++c) {
      ProgramThread fiber;
      fiber.loop_plus_one = 1;
      if (c > 0) fiber.ops.push_back(op(OpKind::wait, c));
      fiber.ops.push_back(op(OpKind::send, 2 * c, 93));
      fiber.ops.push_back(op(OpKind::recv, 2 * c + 1, 820));
      if (c == 0) add_begin(fiber, 1);
      fiber.ops.push_back(op(OpKind::recv_end, 2 * c + 1));
      fiber.ops.push_back(op(OpKind::finish, 2 * c));
      if (const auto next = begins.find(c); next != begins.end()) add_begin(fiber, next->second);
      fiber.ops.push_back({});
      program.threads.push_back(fiber);
      fibers.push_back({c, c, 0, 0, 0});
      for (int direction = 0; direction < 2; ++direction) program.streams.emplace_back().connection_plus_one = c + 1;
      listener.push_back(7);
    }
    program.connections.resize(connections);
  }
  static void add_begin(ProgramThread& fiber, std::uint32_t next) {
    fiber.ops.push_back(op(OpKind::connect, next));
    fiber.ops.push_back(op(OpKind::compute, 0, 1'000));
    fiber.ops.push_back(op(OpKind::signal, next));
  }
  std::uint64_t order() { return begin_in_order(program, fibers, listener); }
  /// What the end of a connection begins; it tells the same one.
  std::uint32_t begun_by(std::uint32_t connection) const {
    std::uint32_t begun = 0;
    bool ended = false;
    for (const Op& o : program.threads[connection].ops) {
      ended = ended || o.kind == OpKind::finish;
      if (ended && o.kind == OpKind::connect) begun = o.target;
      if (ended && o.kind == OpKind::signal) {
        EXPECT_EQ(o.target, begun);
      }
    }
    return begun;
  }
};

// Two at a time: while recording, connection 1 was slow, and all but the last were begun by the others.
const std::map<std::uint32_t, std::uint32_t> kUneven = {{0, 2}, {2, 3}, {3, 4}, {1, 5}};

TEST(NextConnections, EachChainGetsAsMany) {
  Client client(kUneven, 6);
  EXPECT_EQ(client.order(), 3U);
  EXPECT_EQ(client.begun_by(0), 2U);
  EXPECT_EQ(client.begun_by(1), 3U);
  EXPECT_EQ(client.begun_by(2), 4U);
  EXPECT_EQ(client.begun_by(3), 5U);
}

TEST(NextConnections, WhatTransfersMoreTakesLonger) {
  Client client(kUneven, 6);
  client.program.threads[1].ops[1].value = 5'000;
  EXPECT_EQ(client.order(), 0U);
  EXPECT_EQ(client.begun_by(1), 5U);
}

TEST(NextConnections, ThoseToAnotherServerAreNoneOfTheirs) {
  Client client(kUneven, 6);
  client.listener[3] = 8;
  EXPECT_EQ(client.order(), 0U) << "{0, 2} and {1, 5} are in order";
}

TEST(NextConnections, WhoBeginsSeveralIsLeftAlone) {
  Client client(kUneven, 6);
  ScratchSequence<Op>& ops = client.program.threads[3].ops;
  ops.truncate(ops.size() - 1);
  for (const Op& more : {op(OpKind::connect, 5), op(OpKind::signal, 5), Op{}}) ops.push_back(more);
  client.order();
  std::vector<std::uint32_t> begun;
  for (const Op& o : client.program.threads[3].ops)
    if (o.kind == OpKind::connect) begun.push_back(o.target);
  EXPECT_EQ(begun, (std::vector<std::uint32_t>{4, 5}));
}

}  // namespace
}  // namespace simrec::replay::causal
