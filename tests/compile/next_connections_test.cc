// Connections that a client begins when others have ended: in which order.
#include "replayer/compile/next_connections.h"

#include <gtest/gtest.h>

#include <map>

#include "replayer/compile/loop_ops.h"
#include "replayer/program/check.h"

namespace simrec::replay::causal {
namespace {

Op op(OpKind kind, std::uint32_t target, std::int64_t value = 0) { return {kind, Cause::none, 0, target, value}; }

/// One client loop. Connection c has streams 2c and 2c + 1, and its fiber is thread c; who begins c signals token c. A
/// server has a thread for each connection, behind those.
struct Client {
  Program program;
  std::vector<Fiber> fibers;
  std::vector<std::uint32_t> listener;

  /// `begins`: by connection the one that its end begins, if any. Connection 0 is there, 1 is begun with it.
  explicit Client(const std::map<std::uint32_t, std::uint32_t>& begins, std::uint32_t connections) {
    program.processes.resize(2);
    program.tokens = connections;
    program.connections.resize(connections);
    for (std::uint32_t c = 0; c < connections; ++c) {
      ProgramThread fiber;
      fiber.loop_plus_one = 2 * connections + 1;
      fiber.ops.push_back(c > 0 ? op(OpKind::wait, c) : op(OpKind::connect, 0));
      fiber.ops.push_back(op(OpKind::send, 2 * c, 93));
      fiber.ops.push_back(op(OpKind::recv, 2 * c + 1, 820));
      if (c == 0) add_begin(fiber, 1);
      fiber.ops.push_back(op(OpKind::recv_end, 2 * c + 1));
      fiber.ops.push_back(op(OpKind::finish, 2 * c));
      if (const auto next = begins.find(c); next != begins.end()) add_begin(fiber, next->second);
      fiber.ops.push_back({});
      program.threads.push_back(fiber);
      fibers.push_back({c, c, 0, 1'000'000 * c, 1'000'000 * (c + 1)});
      for (int direction = 0; direction < 2; ++direction) {
        Stream& stream = program.streams.emplace_back();
        stream.transport = Transport::tcp;
        stream.connection_plus_one = c + 1;
        (direction == 0 ? stream.reader_thread : stream.writer_thread) = connections + c;
        (direction == 0 ? stream.writer_thread : stream.reader_thread) = c;
      }
      program.connections[c].client_thread = c;
      program.connections[c].server_thread = connections + c;
      listener.push_back(7);
    }
    for (std::uint32_t c = 0; c < connections; ++c) {
      ProgramThread server;
      server.process = 1;
      server.ops = {op(OpKind::accept, c)};
      answer(server, c);
      server.ops.push_back({});
      program.threads.push_back(server);
    }
    program.threads.emplace_back().ops = {Op{}};  // whose loop it is
  }
  static void answer(ProgramThread& server, std::uint32_t c) {
    server.ops.push_back(op(OpKind::recv, 2 * c, 93));
    server.ops.push_back(op(OpKind::send, 2 * c + 1, 820));
    server.ops.push_back(op(OpKind::finish, 2 * c + 1));
  }
  static void add_begin(ProgramThread& fiber, std::uint32_t next) {
    fiber.ops.push_back(op(OpKind::connect, next));
    fiber.ops.push_back(op(OpKind::compute, 0, 1'000));
    fiber.ops.push_back(op(OpKind::signal, next));
  }
  std::uint64_t order() {
    EXPECT_EQ(check(program), "");
    const std::uint64_t moved = begin_in_order(program, fibers, listener);
    EXPECT_EQ(check(program), "");
    return moved;
  }
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
  client.program.threads[7].ops[1].value = 5'000;
  EXPECT_EQ(client.order(), 0U);
  EXPECT_EQ(client.begun_by(1), 5U);
}

TEST(NextConnections, WhatTookLongByItselfDoesSoEverywhere) {
  for (const Ns slow : {Ns{2'000'000}, Ns{8'000'000}}) {
    Client client(kUneven, 6);
    for (Fiber& fiber : client.fibers) {
      fiber.first_ready_ns = 2'000'000 * fiber.thread;
      fiber.last_ready_ns = fiber.first_ready_ns + (fiber.thread == 1 ? slow : 1'000'000);
    }
    EXPECT_EQ(client.order(), slow < 4'000'000 ? 3U : 0U);
  }
}

TEST(NextConnections, ThoseToAnotherServerAreNoneOfTheirs) {
  Client client(kUneven, 6);
  client.listener[3] = 8;
  EXPECT_EQ(client.order(), 0U) << "{0, 2} and {1, 5} are in order";
}

TEST(NextConnections, WhoTellsOthersIsLeftAlone) {
  Client client(kUneven, 6);
  // Another thread waits for what begins connection 3: it would wait for another one.
  ProgramThread other;
  other.ops = {op(OpKind::wait, 3), Op{}};
  client.program.threads.push_back(other);
  EXPECT_EQ(client.order(), 2U);
  EXPECT_EQ(client.begun_by(2), 3U);
}

TEST(NextConnections, RegionsStayApart) {
  Client client(kUneven, 6);
  client.fibers[3].region = 1;
  EXPECT_EQ(client.order(), 2U) << "{0, 2}, {2, 3} and {1, 5}";
  EXPECT_EQ(client.begun_by(3), 4U);
}

// One thread serves all, in the order in which they came then: it answers connection 1 when it has accepted 4.
TEST(NextConnections, AServerMayInsistOnItsOrder) {
  Client client(kUneven, 6);
  ProgramThread& server = client.program.threads[6];
  server.ops = {op(OpKind::accept, 0)};
  Client::answer(server, 0);
  server.ops.push_back(op(OpKind::accept, 1));
  for (std::uint32_t c = 2; c <= 4; ++c) {
    server.ops.push_back(op(OpKind::accept, c));
    Client::answer(server, c);
  }
  Client::answer(server, 1);
  server.ops.push_back(op(OpKind::accept, 5));
  Client::answer(server, 5);
  server.ops.push_back({});
  for (std::uint32_t t = 7; t < 12; ++t) client.program.threads[t].ops = {Op{}};
  EXPECT_EQ(client.order(), 0U);
  EXPECT_EQ(client.begun_by(1), 5U) << "as it was";
}

}  // namespace
}  // namespace simrec::replay::causal
