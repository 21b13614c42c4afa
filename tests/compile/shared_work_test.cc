// Exchanges dealt evenly over connections that shared a budget: a client loop and a server loop.
#include <gtest/gtest.h>

#include "replayer/compile/shared_work.h"
#include "replayer/compile/thread_budgets.h"

namespace simrec::replay::causal {
namespace {

constexpr std::int64_t kRequest = 100, kAnswer = 50;

Op op(OpKind kind, std::uint32_t target, std::int64_t value) { return {kind, Cause::none, 0, target, value}; }

/// Connection c has streams 2c (requests) and 2c + 1 (answers); its fibers are threads 2 + 2c and 3 + 2c.
struct Loops {
  Program program;
  std::vector<Fiber> fibers;

  explicit Loops(const std::vector<int>& exchanges) {
    program.processes.resize(2);
    program.threads.resize(2);
    program.threads[1].process = 1;
    for (ProgramThread& thread : program.threads) thread.ops = {op(OpKind::exit, 0, 0)};
    for (std::uint32_t c = 0; c < exchanges.size(); ++c) add(c, exchanges[c], 1'000'000);
  }

  void add(std::uint32_t c, int exchanges, Ns end_ns) {
    const std::uint32_t out = 2 * c, in = 2 * c + 1;
    ProgramThread client, server;
    client.loop_plus_one = 1;
    server.loop_plus_one = 2;
    server.process = 1;
    for (int i = 1; i <= exchanges; ++i) {
      client.ops.push_back(op(OpKind::send, out, kRequest));
      client.ops.push_back(op(OpKind::recv, in, i * kAnswer));
      server.ops.push_back(op(OpKind::recv, out, i * kRequest));
      server.ops.push_back(op(OpKind::send, in, kAnswer));
    }
    for (ProgramThread* fiber : {&client, &server}) {
      fiber->ops.push_back(op(OpKind::exit, 0, 0));
      fibers.push_back({static_cast<std::uint32_t>(program.threads.size()), c, fiber == &client ? 0U : 1U, 0, end_ns});
      program.threads.push_back(*fiber);
    }
    for (int direction = 0; direction < 2; ++direction) program.streams.emplace_back().connection_plus_one = c + 1;
    program.connections.emplace_back();
  }

  std::uint64_t deal() { return deal_evenly(program, fibers).moved; }
  std::size_t exchanges(std::uint32_t connection) const { return program.threads[2 + 2 * connection].ops.size() / 2; }
  std::int64_t received(std::uint32_t thread) const {
    std::int64_t position = 0;
    for (const Op& o : program.threads[thread].ops) {
      if (o.kind != OpKind::recv) continue;
      EXPECT_GT(o.value, position);
      position = o.value;
    }
    return position;
  }
};

TEST(SharedWork, ConnectionsThatEndedTogetherGetEvenNumbers) {
  Loops loops({30, 20, 10});
  EXPECT_EQ(loops.deal(), 10U);
  for (std::uint32_t c = 0; c < 3; ++c) {
    EXPECT_EQ(loops.exchanges(c), 20U);
    EXPECT_EQ(loops.received(2 + 2 * c), 20 * kAnswer);
    EXPECT_EQ(loops.received(3 + 2 * c), 20 * kRequest);
    for (const Op& o : loops.program.threads[2 + 2 * c].ops) EXPECT_TRUE(o.kind == OpKind::exit || o.target / 2 == c);
  }
}

TEST(SharedWork, ARestGoesToSome) {
  Loops loops({31, 20, 11});
  loops.deal();
  EXPECT_EQ(loops.exchanges(0) + loops.exchanges(1) + loops.exchanges(2), 62U);
  for (std::uint32_t c = 0; c < 3; ++c) EXPECT_GE(loops.exchanges(c), 20U);
}

// Twice the requests took one connection twice the time: those were its own.
TEST(SharedWork, NumbersOfTheirOwnStay) {
  Loops loops({});
  loops.add(0, 40, 4'000'000);
  loops.add(1, 20, 2'000'000);
  EXPECT_EQ(loops.deal(), 0U);
  EXPECT_EQ(loops.exchanges(0), 40U);
}

// One ended 0.2 of the time before the others, with half of their requests: it was only the first to find none left.
TEST(SharedWork, EndsMayBeLessApartThanTheNumbers) {
  Loops loops({});
  loops.add(0, 40, 4'000'000);
  loops.add(1, 20, 3'200'000);
  EXPECT_EQ(loops.deal(), 10U);
  Loops slower({});
  slower.add(0, 40, 4'000'000);
  slower.add(1, 20, 4'800'000);
  EXPECT_EQ(slower.deal(), 0U) << "who made fewer had not run out of work";
}

// A load generator asks for something first, and when it has closed that connection begins all others: they are no
// chain, which would count as one.
TEST(SharedWork, ConnectionsBegunTogetherAreNoChain) {
  Loops loops({1, 30, 10});
  ProgramThread& first = loops.program.threads[2];
  std::vector<Op> ops(first.ops.begin(), first.ops.end() - 1);
  for (const Op& o :
       {op(OpKind::finish, 0, 0), op(OpKind::connect, 1, 0), op(OpKind::connect, 2, 0), op(OpKind::exit, 0, 0)})
    ops.push_back(o);
  first.ops = ops;
  EXPECT_EQ(loops.deal(), 10U);
}

TEST(SharedWork, OtherShapesStay) {
  Loops loops({30, 10});
  for (Op& o : loops.program.threads[4].ops)
    if (o.kind == OpKind::send) o.value += 1;
  EXPECT_EQ(loops.deal(), 0U);
}

// Two threads serve the second connection: nothing is moved, and what an even share would change is told.
TEST(SharedWork, WhatCannotBeDealtIsCounted) {
  Loops loops({30, 10});
  for (std::uint32_t c = 0; c < 2; ++c) {
    loops.program.threads.push_back(loops.program.threads[3 + 2 * c]);
    loops.program.threads.back().loop_plus_one = 0;
  }
  const Dealt dealt = deal_evenly(loops.program, loops.fibers);
  EXPECT_EQ(dealt.moved, 0U);
  EXPECT_EQ(dealt.kept, 40U);
  EXPECT_DOUBLE_EQ(dealt.kept_share, 0.5);  // 30 instead of 20
}

/// 30 and 10 exchanges; after each one of the first client comes another op.
Loops with_more_after(Op more) {
  Loops loops({30, 10});
  ScratchSequence<Op>& ops = loops.program.threads[2].ops;
  std::vector<Op> longer;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    longer.push_back(ops[i]);
    if (ops[i].kind == OpKind::recv) longer.push_back(more), ++more.target;
  }
  ops = longer;
  return loops;
}

// An exchange that does more than send, receive, compute and wake others stays with its connection.
TEST(SharedWork, ExchangesThatDoMoreAreNotMoved) { EXPECT_EQ(with_more_after(op(OpKind::io, 0, 0)).deal(), 0U); }

// Whom it wakes learns of it no later than it did: that stays where it was.
TEST(SharedWork, WakesStayWhereTheyWere) {
  Loops loops = with_more_after(op(OpKind::signal, 0, 0));
  EXPECT_EQ(loops.deal(), 10U);
  std::uint32_t woken = 0, sent = 0;
  for (const Op& o : loops.program.threads[2].ops) {
    if (o.kind == OpKind::signal) {
      EXPECT_EQ(o.target, woken++);
    }
    sent += o.kind == OpKind::send;
  }
  EXPECT_EQ(woken, 30U);
  EXPECT_EQ(sent, 20U);
  for (const Op& o : loops.program.threads[4].ops) EXPECT_NE(o.kind, OpKind::signal);
}

// Of threads with a connection each, nothing is moved: the longest of them is told.
TEST(ThreadBudgets, ThreadsThatEndTogetherWithUnequalNumbersHaveSharedTheirWork) {
  constexpr Ns kSecond = 1'000'000'000;
  const auto noted = [](std::vector<ThreadBudget> budgets) {
    Dealt dealt;
    note_thread_budgets(budgets, dealt);
    return dealt;
  };
  const Dealt shared = noted({{1, 100, 0, kSecond}, {1, 200, 0, kSecond + 1000}, {2, 900, 0, 9 * kSecond}});
  EXPECT_EQ(shared.kept, 300U);
  EXPECT_NEAR(shared.kept_share, 50.0 / 150, 1e-9);
  EXPECT_EQ(noted({{1, 100, 0, kSecond}, {1, 200, 0, 2 * kSecond}}).kept, 0U) << "numbers of their own";
  EXPECT_EQ(noted({{1, 100, 0, kSecond}, {1, 100, 0, kSecond}}).kept, 0U) << "as many each";
  EXPECT_EQ(noted({{1, 4, 0, kSecond}, {1, 7, 0, kSecond}}).kept, 0U) << "too few to say";
}

}  // namespace
}  // namespace simrec::replay::causal
