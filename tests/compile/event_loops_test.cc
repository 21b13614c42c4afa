// Event loops cut into fibers: hand-written programs of one server thread, with the sources its polls reported.
#include <gtest/gtest.h>

#include <sstream>

#include "replayer/compile/event_loops.h"
#include "replayer/program/check.h"

namespace simrec::replay::causal {
namespace {

Op compute(Ns ns) { return {OpKind::compute, Cause::none, 0, 0, ns}; }
Op recv(std::uint32_t stream, std::int64_t upto) { return {OpKind::recv, Cause::none, 0, stream, upto}; }
Op send(std::uint32_t stream, std::int64_t bytes) { return {OpKind::send, Cause::none, 0, stream, bytes}; }
Op idle_poll(Ns ns, std::uint32_t to) { return {OpKind::sleep, Cause::sleep, kInterruptible, to, ns}; }

/// Requests on streams 0 and 1 (connections 0 and 1), answers on streams 2 and 3.
struct Server {
  Program program;
  std::vector<PolledSources> polled{1};

  explicit Server(std::vector<Op> ops) {
    program.processes.push_back({100, "server", "server", {"server"}, 0, 0, {}});
    ProgramThread thread;
    thread.ops = std::move(ops);
    thread.ops.push_back({});
    program.threads.push_back(std::move(thread));
    for (std::uint32_t s = 0; s < 4; ++s) {
      Stream stream;
      stream.connection_plus_one = s % 2 + 1;
      program.streams.push_back(stream);
    }
    program.connections.resize(2);
  }
  /// That connection was made by another process, which does nothing else; others by the server itself.
  void accept_from_client(std::uint32_t connection) {
    program.processes.push_back({101, "client", "client", {"client"}, 0, 0, {}});
    ProgramThread client;
    client.process = 1;
    client.ops.push_back({});
    program.connections[connection].client_thread = static_cast<std::uint32_t>(program.threads.size());
    program.threads.push_back(std::move(client));
  }
  Server& poll(std::uint32_t before_op, std::vector<SourceKey> sources) {
    PolledSources& p = polled[0];
    p.sources.append(sources);
    p.marks.push_back({before_op, static_cast<std::uint32_t>(p.sources.size())});
    return *this;
  }
  std::uint64_t split() { return split_event_loops(program, polled).handlers; }
  std::string ops(std::size_t thread) const {
    std::ostringstream out;
    for (const Op& op : program.threads[thread].ops) {
      if (op.flags & kTurn) out << "turn:";
      switch (op.kind) {
        case OpKind::compute:
          out << "c" << op.value;
          break;
        case OpKind::recv:
          out << "r" << op.target << "/" << op.value;
          break;
        case OpKind::send:
          out << "s" << op.target << "/" << op.value;
          break;
        case OpKind::sleep:
          out << "z" << op.value << "+" << op.target;
          break;
        case OpKind::spawn:
          out << "spawn" << op.target;
          break;
        case OpKind::wait:
          out << "wait" << op.target;
          break;
        case OpKind::signal:
          out << "signal" << op.target;
          break;
        case OpKind::accept:
          out << "accept" << op.target;
          break;
        case OpKind::connect:
          out << "connect" << op.target;
          break;
        case OpKind::exit:
          out << "exit";
          break;
        default:
          out << "?";
      }
      out << " ";
    }
    return out.str();
  }
};

TEST(EventLoops, EachSourceBecomesAFiber) {
  Server s({compute(1), recv(0, 10), compute(2), send(2, 5), recv(1, 10), compute(3), send(3, 5), recv(0, 20),
            compute(4), send(2, 5)});
  s.poll(1, {0, 1}).poll(7, {0});
  EXPECT_EQ(s.split(), 3U);
  EXPECT_EQ(s.ops(0), "c1 spawn1 spawn2 turn:wait0 turn:wait1 exit ");
  EXPECT_EQ(s.ops(1), "turn:r0/10 c2 s2/5 turn:r0/20 c4 s2/5 signal0 exit ");
  EXPECT_EQ(s.ops(2), "turn:r1/10 c3 s3/5 signal1 exit ");
  EXPECT_EQ(s.program.threads[1].loop_plus_one, 1U);
}

TEST(EventLoops, AnswersWrittenAfterAllReadsBelongToTheirSources) {
  Server s({recv(0, 10), compute(2), recv(1, 10), compute(3), send(2, 5), send(3, 5)});
  s.poll(0, {0, 1}).poll(6, {});
  EXPECT_EQ(s.split(), 4U);
  EXPECT_EQ(s.ops(1), "turn:r0/10 c2 turn:s2/5 signal0 exit ");
  EXPECT_EQ(s.ops(2), "turn:r1/10 c3 turn:s3/5 signal1 exit ");
}

TEST(EventLoops, WhatAHandlerDoesToAnotherSourceOrdersThem) {
  // A proxy: the request of connection 0 is passed on to connection 1, whose answer comes in the next round.
  Server s({recv(0, 10), compute(2), send(3, 7), recv(1, 9), compute(3), send(2, 5)});
  s.poll(0, {0}).poll(3, {1});
  EXPECT_EQ(s.split(), 2U);
  EXPECT_EQ(s.ops(1), "turn:r0/10 c2 s3/7 signal0 signal1 exit ");
  EXPECT_EQ(s.ops(2), "turn:wait0 turn:r1/9 c3 s2/5 signal2 exit ");
}

/// Ten rounds on connections 0 and 1 in turn: what a round sends is for the connection of the round before.
Server late_answers(bool two_roles) {
  std::vector<Op> ops;
  for (std::uint32_t round = 0; round < 10; ++round) {
    ops.push_back(recv(round % 2, 10 * (1 + round / 2)));
    if (round > 0) ops.push_back(send(2 + (round + 1) % 2, 10));
  }
  Server s(ops);
  if (two_roles) s.accept_from_client(1);
  for (std::uint32_t round = 0; round < 10; ++round) s.poll(round == 0 ? 0 : 2 * round - 1, {round % 2});
  return s;
}

TEST(EventLoops, AnswersThatComeAPollLateBelongToTheirSources) {
  Server s = late_answers(false);
  EXPECT_EQ(s.split(), 19U);
  EXPECT_EQ(s.ops(1),
            "turn:r0/10 turn:s2/10 turn:r0/20 turn:s2/10 turn:r0/30 turn:s2/10 turn:r0/40 turn:s2/10 turn:r0/50 "
            "turn:s2/10 signal0 exit ");
  EXPECT_EQ(
      s.ops(2),
      "turn:r1/10 turn:s3/10 turn:r1/20 turn:s3/10 turn:r1/30 turn:s3/10 turn:r1/40 turn:s3/10 turn:r1/50 signal1 "
      "exit ");
}

/// Five times: both requests are read, the loop comes round so often, then tasks compute their parts, and each answers.
Server tasks(int rounds) {
  std::vector<Op> ops;
  for (std::uint32_t round = 1; round <= 5; ++round)
    for (const Op& op :
         {recv(0, 10 * round), recv(1, 10 * round), compute(500), send(2, 10), compute(100), send(3, 10)})
      ops.push_back(op);
  Server s(ops);
  for (std::uint32_t round = 0; round < 5; ++round) {
    s.poll(6 * round, {0, 1});
    for (int i = 0; i < rounds; ++i) s.polled[0].idle.push_back(6 * round + 2);
  }
  return s;
}

TEST(EventLoops, WhatTasksComputeBelongsToTheirAnswers) {
  Server s = tasks(1);
  s.split();
  EXPECT_EQ(s.ops(1).substr(0, 40), "turn:r0/10 turn:c500 s2/10 turn:r0/20 tu");
  EXPECT_EQ(s.ops(2).substr(0, 40), "turn:r1/10 turn:c100 s3/10 turn:r1/20 tu");
}

// Their first parts all stand before the first answer: each has computed 300, 100 of them right before its answer.
TEST(EventLoops, WhatPausingTasksComputeIsSharedOut) {
  Server s = tasks(2);
  s.split();
  EXPECT_EQ(s.ops(1).substr(0, 40), "turn:r0/10 turn:c300 s2/10 turn:r0/20 tu");
  EXPECT_EQ(s.ops(2).substr(0, 40), "turn:r1/10 turn:c300 s3/10 turn:r1/20 tu");
}

// Without a look around in between it is what the requests are worth that were read last (Redis writes what it has
// to say when it has read all).
TEST(EventLoops, WhatIsComputedBeforeAnswersOfOneRoundBelongsToWhatWasRead) {
  Server s = tasks(0);
  s.split();
  EXPECT_EQ(s.ops(1).substr(0, 36), "turn:r0/10 turn:s2/10 c100 turn:r0/2");
  EXPECT_EQ(s.ops(2).substr(0, 36), "turn:r1/10 c500 turn:s3/10 turn:r1/2");
}

TEST(EventLoops, WhatGoesFromItsClientsToItsServersIsPassedOn) {
  Server s = late_answers(true);
  s.split();
  EXPECT_EQ(s.ops(2).substr(0, 50), "turn:r0/10 signal0 turn:wait1 turn:r0/20 s3/10 sig");
}

// A loop that wakes itself through a pipe of its own (mosquitto, libuv): that is no connection which requests come on.
TEST(EventLoops, WhatALoopTellsItselfIsNoAnswer) {
  Server s({recv(4, 1), recv(0, 10), send(4, 1), recv(0, 20)});
  s.program.streams.push_back({});
  s.poll(0, {4 | kStreamSource, 0}).poll(3, {0});
  EXPECT_EQ(s.split(), 4U);
  EXPECT_EQ(s.ops(2).substr(0, 20), "turn:r4/1 turn:s4/1 ");
}

// A proxy of tasks (asyncio): what it reads it writes one poll later, before it reads what that has reported (of which
// the poll waited for a byte). Connection 0 goes to its server, connection 1 comes from its client.
TEST(EventLoops, WhatAProxyOfTasksPassesOnAPollLateComesFromTheOtherSide) {
  Server s({recv(1, 10), recv(1, 11), send(2, 10), recv(1, 20), recv(0, 1), send(2, 10), recv(0, 10)});
  s.accept_from_client(1);
  s.poll(0, {1}).poll(1, {1}).poll(4, {0});
  s.split();
  EXPECT_EQ(s.ops(2), "turn:wait0 turn:s2/10 turn:r0/1 turn:wait1 turn:s2/10 turn:r0/10 signal2 exit ");
  EXPECT_EQ(s.ops(3), "turn:r1/10 signal0 turn:r1/11 turn:r1/20 signal1 signal3 exit ");
}

// What says that a process has ended comes behind all that its loop has done, not behind the handler before it.
TEST(EventLoops, WhatComesAfterAllWaitsForAllHandlers) {
  Op end{OpKind::signal, Cause::none, kAfterAll, 0, 0};
  Server s({recv(0, 10), send(2, 5), recv(1, 10), send(3, 5), end});
  s.program.tokens = 1;
  s.poll(0, {0}).poll(2, {1}).split();
  EXPECT_EQ(s.ops(0), "spawn1 spawn2 turn:wait1 turn:wait2 signal0 exit ");
}

TEST(EventLoops, RequestsOnAConnectionThatAnotherClientHadAreCounted) {
  const auto lent = [](std::uint32_t second_client) {
    Server s({recv(0, 10), send(5, 7), recv(4, 9), send(2, 5), recv(second_client, second_client == 0 ? 20 : 10),
              send(5, 7)});
    for (int i = 0; i < 2; ++i) {
      s.program.streams.emplace_back();
      s.program.streams.back().connection_plus_one = 3;
    }
    s.program.connections.resize(3);
    s.poll(0, {0}).poll(2, {2}).poll(4, {second_client});
    return split_event_loops(s.program, s.polled).lent;
  };
  EXPECT_EQ(lent(0), 0U);
  EXPECT_EQ(lent(1), 1U);
}

TEST(EventLoops, APumpWritesWhatItReadElsewhere) {
  const std::vector<Op> ops{recv(0, 10), send(3, 5), recv(0, 20), send(3, 5)};
  Server pump(ops);
  pump.poll(0, {0, 1}).poll(2, {0, 1});
  EXPECT_EQ(pump.split(), 4U);
  EXPECT_EQ(pump.ops(1), "turn:r0/10 turn:r0/20 signal0 signal1 exit ");
  EXPECT_EQ(pump.ops(2), "turn:s3/5 turn:wait0 turn:s3/5 signal2 exit ");
  // One that goes on with what did not fit waits for room, not for others.
  Server full(ops);
  full.program.threads[0].ops[3].flags = kRefill;
  full.poll(0, {0, 1}).poll(2, {0, 1});
  EXPECT_EQ(full.split(), 4U);
  EXPECT_EQ(full.ops(2), "turn:s3/5 turn:s3/5 signal1 exit ");
}

// A proxy that reads all that is ready before it writes: what goes to a client comes from one of its servers.
TEST(EventLoops, WhatIsWrittenAfterAllReadsComesFromTheReadOfItsSize) {
  Server s({recv(0, 100), recv(1, 100), send(4, 90), send(5, 110), recv(0, 200)});
  for (std::uint32_t connection : {3U, 4U}) {
    Stream stream;
    stream.connection_plus_one = connection;
    s.program.streams.push_back(stream);
  }
  s.program.connections.resize(4);
  s.poll(0, {0, 1}).poll(4, {0});
  EXPECT_EQ(s.split(), 5U);
  EXPECT_EQ(s.ops(1), "turn:r0/100 signal0 turn:r0/200 signal2 exit ");
  EXPECT_EQ(s.ops(2), "turn:r1/100 signal1 signal3 exit ");
  EXPECT_EQ(s.ops(3), "turn:wait0 turn:s4/90 signal4 exit ");
  EXPECT_EQ(s.ops(4), "turn:wait1 turn:s5/110 signal5 exit ");
}

// An SSH server: what its program writes (stream 4, a pipe) leaves however far the client's messages have come.
TEST(EventLoops, APumpsOutputDoesNotWaitForWhatComesOnTheSameConnection) {
  constexpr SourceKey kPipe = 4 | kStreamSource;
  const auto server = [](std::int64_t piece) {
    Server s({recv(0, 10), send(2, 10), recv(4, piece), recv(0, 20), send(2, piece + 30), recv(4, 2 * piece),
              recv(0, 30), send(2, piece + 30)});
    s.program.streams.push_back({});
    s.poll(0, {0}).poll(2, {kPipe, 0}).poll(5, {kPipe, 0});
    s.split();
    return s;
  };
  const Server large = server(40'000);
  EXPECT_EQ(large.ops(1), "turn:r0/10 s2/10 signal1 turn:r0/20 turn:r0/30 signal3 exit ");
  EXPECT_EQ(large.ops(2), "turn:wait0 turn:wait1 turn:s2/40030 turn:wait2 turn:s2/40030 signal4 exit ");
  EXPECT_EQ(large.ops(3), "turn:r4/40000 signal0 turn:r4/80000 signal2 signal5 exit ");
  EXPECT_EQ(server(400).ops(1),
            "turn:r0/10 s2/10 turn:r0/20 s2/430 turn:r0/30 s2/430 signal0 exit ");  // too few to tell
}

// A loop whose workers tell it by an eventfd (object 7) what they have done serves others meanwhile.
TEST(EventLoops, AnEventfdIsASource) {
  constexpr SourceKey kEventfd = 7 | kEventSource;
  const Op done{OpKind::wait, Cause::sync, 0, 1, 0}, other{OpKind::wait, Cause::sync, 0, 0, 0};
  const auto server = [&](const Op& wait) {
    Server s({recv(0, 10), wait, send(2, 5), recv(1, 10), send(3, 5)});
    s.program.tokens = 2;
    s.poll(0, {0}).poll(1, {kEventfd}).poll(3, {1});
    return s;
  };
  ScratchSequence<SourceKey> events;
  events.push_back(0);
  events.push_back(kEventfd);
  Server s = server(done);
  EXPECT_EQ(split_event_loops(s.program, s.polled, {}, events).handlers, 3U);
  EXPECT_EQ(s.ops(1), "turn:r0/10 signal2 signal3 exit ");
  EXPECT_EQ(s.ops(2), "turn:r1/10 s3/5 signal4 exit ");
  EXPECT_EQ(s.ops(3), "turn:wait2 turn:wait1 s2/5 signal5 exit ");
  Server law = server(other);  // a lock, say
  EXPECT_EQ(split_event_loops(law.program, law.polled, {}, events).handlers, 0U);
}

// ZeroMQ: the thread for I/O sends what others have queued (eventfd 7, tokens 0 to 8), however far the connection's own
// input has come, but no further ahead of it than while recording.
TEST(EventLoops, WhatOthersQueuedLeavesAsFarAheadOfTheInputAsItWas) {
  constexpr SourceKey kEventfd = 7 | kEventSource;
  std::vector<Op> ops;
  ScratchSequence<SourceKey> events;
  for (std::uint32_t i = 0; i < 9; ++i) {  // always two messages ahead
    ops.push_back({OpKind::wait, Cause::sync, 0, i, 0});
    ops.push_back(send(2, 5));
    if (i > 0) ops.push_back(recv(0, 10 * i));
    events.push_back(kEventfd);
  }
  Server s(std::move(ops));
  s.program.tokens = 9;
  std::uint32_t op = 0;
  for (std::uint32_t i = 0; i < 9; ++i) {
    s.poll(op, {kEventfd});
    op += 2;
    if (i > 0) s.poll(op++, {0});
  }
  split_event_loops(s.program, s.polled, {}, events);
  ASSERT_EQ(s.program.threads.size(), 4U);
  EXPECT_EQ(s.ops(1).substr(0, 20), "turn:r0/10 signal12 ");  // the input waits for nobody
  EXPECT_EQ(s.ops(1).find("wait"), std::string::npos);
  // The third message waits for the first answer, the fourth for the second.
  EXPECT_EQ(s.ops(3).substr(0, 115),
            "turn:wait9 turn:s2/5 turn:wait10 turn:s2/5 turn:wait11 turn:wait12 turn:s2/5 turn:wait13 turn:wait14 "
            "turn:s2/5 turn");
}

// squid: the answer of connection 1 is passed on to connection 0 by way of epoll.
TEST(EventLoops, WhatEpollWasAskedForComesFromWhoAsked) {
  const auto server = [](bool asked) {
    Server s({recv(0, 10), recv(1, 10), compute(3), send(2, 5), recv(0, 20)});
    s.poll(0, {0}).poll(1, {1}).poll(3, {0}).poll(4, {0});
    if (asked) s.polled[0].wishes.push_back({3, 0});
    s.split();
    return s.ops(1);
  };
  EXPECT_EQ(server(true), "turn:r0/10 turn:wait0 turn:s2/5 turn:r0/20 signal1 exit ");
  EXPECT_EQ(server(false), "turn:r0/10 turn:s2/5 turn:r0/20 signal0 exit ");
}

/// Files by ftp: for each a command on connection 0, a connection of its own that ends, and an answer on connection 0.
/// Returns what the fiber of connection 0 does.
std::string ftp(std::uint32_t files) {
  std::vector<Op> ops = {recv(0, 10)};
  std::vector<std::pair<std::uint32_t, SourceKey>> polls = {{0, 0}};
  const auto found = [&](SourceKey source) { polls.emplace_back(static_cast<std::uint32_t>(ops.size()), source); };
  for (std::uint32_t file = 0; file < files; ++file) {
    const std::uint32_t connection = 2 + file, stream = 4 + 2 * file;
    ops.push_back(send(2, 5));
    found(0);
    ops.push_back(recv(0, 20 + 20 * file));
    ops.push_back({OpKind::connect, Cause::none, kNonblocking, connection, 0});
    found(connection);
    ops.push_back(recv(stream, 1000));
    ops.push_back({OpKind::finish, Cause::none, 0, stream + 1, 0});
    found(0);
    ops.push_back(recv(0, 30 + 20 * file));
  }
  ops.push_back(send(2, 5));
  Server s(ops);
  for (std::uint32_t file = 0; file < files; ++file)
    for (int direction = 0; direction < 2; ++direction) s.program.streams.emplace_back().connection_plus_one = 3 + file;
  s.program.connections.resize(2 + files);
  for (const auto& [before, source] : polls) s.poll(before, {source});
  s.split();
  return s.ops(1);
}

TEST(EventLoops, TheNextCommandComesAfterTheFile) {
  const auto waits = [](const std::string& ops) {
    int count = 0;
    for (std::size_t at = ops.find("wait"); at != std::string::npos; at = ops.find("wait", at + 1)) ++count;
    return count;
  };
  EXPECT_EQ(waits(ftp(2)), 0) << "two may be chance";
  EXPECT_EQ(waits(ftp(3)), 3);
}

TEST(EventLoops, NobodyWaitsForAHandlerThatOnlyLearnsOfItsConnection) {
  const Op finish{OpKind::finish, Cause::none, 0, 3, 0};
  Server s({recv(0, 10), send(3, 0), recv(0, 20), finish, recv(0, 30), send(3, 0), send(3, 4), recv(0, 40), finish});
  s.poll(0, {0}).poll(1, {1}).poll(2, {0}).poll(4, {0}).poll(5, {1}).poll(7, {0});
  s.split();
  EXPECT_EQ(s.ops(1), "turn:r0/10 turn:r0/20 ? signal0 turn:r0/30 turn:wait1 turn:r0/40 ? signal2 exit ");
  EXPECT_EQ(s.ops(2), "turn:s3/0 turn:wait0 turn:s3/0 s3/4 signal1 signal3 exit ");
}

TEST(EventLoops, ABlockingServerTakesConnectionsAsTheyCome) {
  const Op first{OpKind::accept, Cause::none, 0, 0, 0}, second{OpKind::accept, Cause::none, 0, 1, 0};
  Server s({compute(1), first, recv(0, 10), compute(2), send(2, 5), second, recv(1, 10), send(3, 5)});
  EXPECT_EQ(s.split(), 2U);
  EXPECT_EQ(s.ops(0), "c1 spawn1 spawn2 turn:wait0 turn:wait1 exit ");
  EXPECT_EQ(s.ops(1), "turn:accept0 r0/10 c2 s2/5 signal0 exit ");
  EXPECT_EQ(s.ops(2), "turn:accept1 r1/10 s3/5 signal1 exit ");
  // One that waits for something else in between does not.
  Server other({first, recv(0, 10), recv(1, 1), second, recv(1, 10)});
  EXPECT_EQ(other.split(), 0U);
}

TEST(EventLoops, AServerOfOneAtATimeKeepsItsTurnThoughItPolls) {
  const Op first{OpKind::accept, Cause::none, 0, 0, 0}, second{OpKind::accept, Cause::none, 0, 1, 0};
  Server s({first, recv(0, 10), recv(0, 20), send(2, 5), second, recv(1, 10), send(3, 5)});
  s.poll(0, {}).poll(1, {0}).poll(2, {0}).poll(4, {}).poll(5, {1});
  for (PollMark& mark : s.polled[0].marks) mark.alone = true;
  EXPECT_EQ(s.split(), 2U);
  EXPECT_EQ(s.ops(1), "turn:accept0 r0/10 r0/20 s2/5 signal0 exit ");
  EXPECT_EQ(s.ops(2), "turn:accept1 r1/10 s3/5 signal1 exit ");
}

TEST(EventLoops, OneSourceStaysAsItIs) {
  Server s({recv(0, 10), compute(2), send(2, 5), recv(0, 20)});
  s.poll(0, {0}).poll(3, {0});
  EXPECT_EQ(s.split(), 0U);
  EXPECT_EQ(s.program.threads.size(), 1U);
}

TEST(EventLoops, SourcesThatWereNotPolledEndARegion) {
  Server s({recv(0, 10), recv(1, 10), recv(0, 20), recv(1, 20), recv(0, 30), recv(1, 30)});
  s.poll(0, {0, 1}).poll(4, {0, 1});  // the third and fourth read did not come out of a poll that reported them...
  const auto marks = s.polled[0].marks;
  s.polled[0].marks = {marks[0], PollMark{2, 2}, marks[1]};  // ...the second poll reported nothing
  EXPECT_EQ(s.split(), 4U);
  EXPECT_EQ(s.ops(0), "spawn1 spawn2 turn:wait0 turn:wait1 r0/20 r1/20 spawn3 spawn4 turn:wait2 turn:wait3 exit ");
}

TEST(EventLoops, IdlePollsInsideVanishOthersKeepTheirGoal) {
  Server s({recv(0, 10), compute(1), idle_poll(100, 2), compute(2), recv(1, 10), idle_poll(100, 2), send(2, 5),
            recv(0, 20)});
  s.poll(0, {0, 1}).poll(4, {1}).poll(7, {0});
  EXPECT_EQ(s.split(), 2U);
  // The last idle poll did something before its goal: it stays, and its goal stays with it.
  EXPECT_EQ(s.ops(0), "spawn1 spawn2 turn:wait0 turn:wait1 z100+2 s2/5 r0/20 exit ");
  EXPECT_EQ(s.ops(1), "turn:r0/10 c1 c2 signal0 exit ");
}

}  // namespace
}  // namespace simrec::replay::causal
