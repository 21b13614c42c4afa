// Connections: who connected to whom, datagrams, passed descriptors.
#include <gtest/gtest.h>

#include <linux/futex.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

/// A server that listens on fd 3 and its forked client.
struct ClientAndServer : Script {
  ThreadId server = root();
  ThreadId client = fork(server, 101, {1 * kMs, 1 * kMs + 50});
  ObjectId listener = object(ObjectKind::tcp, "0.0.0.0:80");
  ObjectId client_end = object(ObjectKind::tcp, "127.0.0.1:4000", "127.0.0.1:80");
  ObjectId server_end = object(ObjectKind::tcp, "127.0.0.1:80", "127.0.0.1:4000");
  ClientAndServer() {
    call(server, SYS_socket, 3, {AF_INET, SOCK_STREAM, 0, listener.value}, {2 * kMs});
    call(client, SYS_socket, 5, {AF_INET, SOCK_STREAM, 0, client_end.value}, {2 * kMs});
  }
  void connect(std::int64_t result, When when) { call(client, SYS_connect, result, {5, client_end.value, 0}, when); }
  void accept(When when) { call(server, SYS_accept4, 7, {3, 0, server_end.value}, when); }
};

TEST(Sockets, WhoPollsForItsConnectionWaitsForIt) {
  ClientAndServer s;
  s.pipe(s.client, 8, 9, 3 * kMs);
  s.connect(-EINPROGRESS, {4 * kMs, 4 * kMs + 50});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  s.call(s.client, SYS_poll, 1, {-1, 1, 5, POLLOUT}, {5 * kMs, 5 * kMs + 10, 100});
  s.write(s.client, 9, 1, {6 * kMs, 6 * kMs + 10});
  s.call(s.client, SYS_sendto, 14, {5, 14, 0, 0}, {7 * kMs, 7 * kMs + 10});
  s.call(s.server, SYS_recvfrom, 14, {7, 100, 0, 0}, {7 * kMs, 7 * kMs + 20});
  s.read(s.client, 8, 1, {8 * kMs, 8 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.client), "connect? c0, compute 100, send s1 0, send s0 1, send s1 14, recv s0 1, exit");
  EXPECT_EQ(check(p), "");
}

/// A server accepts a connection and forks, is told of the child's end in a poll, and looks which one it was.
Program forking(bool child_serves) {
  ClientAndServer s;
  s.connect(0, {4 * kMs, 4 * kMs + 50'000});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  const ThreadId child = s.fork(s.server, 102, {5 * kMs, 5 * kMs + 100});
  s.call(s.client, SYS_sendto, 14, {5, 14, 0, 0}, {6 * kMs, 6 * kMs + 10});
  s.call(child_serves ? child : s.server, SYS_recvfrom, 14, {7, 100, 0, 0}, {6 * kMs, 6 * kMs + 20});
  s.exit_group(child, 9 * kMs);
  s.call(s.server, SYS_poll, -EINTR, {1, 1000}, {8 * kMs, 9 * kMs + 100});
  s.pseudo(s.server, PseudoEvent::signal, {SIGCHLD, CLD_EXITED, 102}, 9 * kMs + 110);
  s.call(s.server, SYS_wait4, 102, {-1, WNOHANG, 0}, {9 * kMs + 200, 9 * kMs + 210});
  return s.compile();
}

TEST(Sockets, AServerReapsInPassingThoseThatServe) {
  const auto waits = [](const Program& p) { return std::ranges::count(p.threads[0].ops, OpKind::wait, &Op::kind); };
  EXPECT_EQ(waits(forking(true)), 0);
  EXPECT_EQ(waits(forking(false)), 2) << "a helper: its server waits for it in the poll, and in wait4";
}

/// A server's second thread answers what the first one has received: told by a byte in a pipe, or by what it finds in
/// memory.
struct AnsweredByAnother : ClientAndServer {
  ThreadId helper = thread(server, 103, 0x7000, {2 * kMs + 100, 2 * kMs + 200});
  explicit AnsweredByAnother(bool told) {
    pipe(server, 8, 9, 3 * kMs);
    connect(0, {4 * kMs, 4 * kMs + 50'000});
    accept({3 * kMs + 100, 4 * kMs + 30'000});
    call(client, SYS_sendto, 14, {5, 14, 0, 0}, {5 * kMs, 5 * kMs + 10});
    call(server, SYS_recvfrom, 14, {7, 100, 0, 0}, {5 * kMs, 5 * kMs + 20});
    if (told) write(server, 9, 1, {6 * kMs, 6 * kMs + 10});
    if (told) read(helper, 8, 1, {6 * kMs, 6 * kMs + 20});
    call(helper, SYS_sendto, 10, {7, 10, 0, 0}, {7 * kMs, 7 * kMs + 10, 3 * kMs, 20});
    call(helper, SYS_sendto, 6, {7, 6, 0, 0}, {7 * kMs + 20, 7 * kMs + 30});
    call(client, SYS_recvfrom, 16, {5, 100, 0, 0}, {8 * kMs, 8 * kMs + 20});
  }
};

TEST(Sockets, AnAnswerByAThreadThatNobodyToldWaitsForItsRequest) {
  constexpr const char* kCounted = "answers of threads that were not seen to be told of the request";
  AnsweredByAnother a(false), b(true);
  const Program p = a.compile(), q = b.compile();
  EXPECT_EQ(ops(p, a.helper), "compute 1000000, recv s1 14, compute 2000020, send s2 10, send s2 6, exit");
  EXPECT_EQ(count(p, kCounted), 1U);
  EXPECT_EQ(check(p), "");
  EXPECT_EQ(ops(q, b.helper), "recv s0 1, compute 3000020, send s2 10, send s2 6, exit");
  EXPECT_EQ(count(q, kCounted), 0U);
}

/// A server sends three times, its client reads a part and closes.
std::string sends_of_a_server(bool has_more) {
  ClientAndServer s;
  s.connect(0, {4 * kMs, 4 * kMs + 50'000});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  for (const Ns at : {5 * kMs, 6 * kMs, 7 * kMs})
    s.call(s.server, SYS_sendto, 500'000, {7, 500'000, 0, 0}, {at, at + 10});
  s.call(s.client, SYS_recvfrom, 100'000, {5, 100'000, 0, 0}, {8 * kMs, 8 * kMs + 20});
  s.close(s.client, 5, 9 * kMs);
  if (has_more) s.call(s.server, SYS_sendto, -EPIPE, {7, 500'000, 0, 0}, {10 * kMs, 10 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(check(p), "");
  return ops(p, s.server);
}

TEST(Sockets, WhatAReaderNeverTookBeforeItClosedIsNotSent) {
  const std::string cut = "spawn 1, accept c0, send s1 165534, send s1 1, send s1 1, exit";
  EXPECT_EQ(sends_of_a_server(true), cut);
  const std::string whole = "spawn 1, accept c0, send s1 500000, send s1 500000, send s1 500000, exit";
  EXPECT_EQ(sends_of_a_server(false), whole) << "it has sent all that it wanted to send";
}

TEST(Sockets, TcpIsMatchedByItsFourTuple) {
  ClientAndServer s;
  s.connect(0, {4 * kMs, 4 * kMs + 50'000, 30, 40});
  s.accept({3 * kMs, 4 * kMs + 30'000, 0, 10});
  s.call(s.client, SYS_sendto, 14, {5, 14, 0, 0}, {5 * kMs, 5 * kMs + 10});
  s.call(s.server, SYS_recvfrom, 14, {7, 100, 0, 0}, {5 * kMs, 5 * kMs + 20});
  s.call(s.server, SYS_sendto, 5, {7, 5, 0, 0}, {6 * kMs, 6 * kMs + 10});
  s.read(s.client, 5, 5, {6 * kMs, 6 * kMs + 10});
  s.close(s.client, 5, 7 * kMs);
  s.read(s.server, 7, 0, {7 * kMs, 7 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.client), "compute 70, connect c0, send s0 14, recv s1 5, finish s0, exit");
  EXPECT_EQ(ops(p, s.server), "spawn 1, compute 5, accept c0, compute 5, recv s0 14, send s1 5, recv_end s0, exit");
  ASSERT_EQ(p.streams.size(), 2U);
  EXPECT_EQ(p.streams[0].transport, Transport::tcp);
  EXPECT_EQ(p.streams[0].connection_plus_one, 1U);
  EXPECT_EQ(p.streams[0].label, "tcp 127.0.0.1:4000 -> 127.0.0.1:80");
  EXPECT_EQ(p.connections.at(0).client_thread, s.client.value);
  EXPECT_EQ(p.connections.at(0).server_thread, s.server.value);
  EXPECT_EQ(check(p), "");
}

// The client works on nothing but what it receives itself: if the server, who had the lock, has not got its request yet
// on another platform, the client takes it first.
TEST(Sockets, WhoServesItselfTakesALockThatIsFree) {
  ClientAndServer s;
  const std::int64_t memory = s.object(ObjectKind::sharedMemory).value;
  s.connect(0, {4 * kMs, 4 * kMs + 50'000});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  s.call(s.client, SYS_sendto, 14, {5, 14, 0, 0}, {5 * kMs, 5 * kMs + 10});
  s.call(s.server, SYS_sendto, 5, {7, 5, 0, 0}, {5 * kMs + 20, 5 * kMs + 30});
  s.read(s.client, 5, 5, {5 * kMs + 20, 5 * kMs + 40});
  s.call(s.server, SYS_recvfrom, 14, {7, 100, 0, 0}, {6 * kMs, 6 * kMs + 10});
  s.call(s.client, SYS_futex, 0, {0x5000, FUTEX_WAIT, 2, -1, memory, 64, 0, 0}, {7 * kMs, 9 * kMs});
  s.call(s.server, SYS_futex, 1, {0x9000, FUTEX_WAKE, 1, -1, memory, 64, 0, 0}, {8 * kMs, 8 * kMs + 10});
  const Program p = s.compile();
  ASSERT_EQ(p.gates.size(), 1U);
  EXPECT_EQ(p.gates[0], (Op{OpKind::recv, Cause::none, 0, 0, 14}));
  const auto& client = p.threads[s.client.value].ops;
  const auto wait = std::ranges::find(client, OpKind::wait, &Op::kind);
  ASSERT_NE(wait, client.end());
  EXPECT_TRUE((*wait).flags & kYields);
}

// The second small segment waits for the delayed acknowledgement of the first: no work of anybody explains the 40 ms.
TEST(Sockets, WhatTcpHeldBackStaysLate) {
  ClientAndServer s;
  s.connect(0, {4 * kMs, 4 * kMs + 50'000});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  s.call(s.client, SYS_sendto, 4, {5, 4, 0, 0}, {5 * kMs, 5 * kMs + 10});
  s.call(s.client, SYS_sendto, 20, {5, 20, 0, 0}, {6 * kMs, 6 * kMs + 10});
  s.read(s.server, 7, 4, {5 * kMs, 5 * kMs + 100'000});
  s.read(s.server, 7, 20, {6 * kMs, 49 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.server), "spawn 1, accept c0, recv s0 4, recv s0 24, sleep 40000000, exit");
  EXPECT_EQ(count(p, "messages that TCP held back for 40 ms"), 1U);
  const auto& ops = p.threads[s.server.value].ops;
  const auto held = std::ranges::find(ops, OpKind::sleep, &Op::kind);
  EXPECT_TRUE((*held).flags & kNagle);
  EXPECT_EQ((*held).target, 0U) << "its stream";
}

TEST(Sockets, KnowsWhoseCloseLingers) {
  const auto ends_of_server = [](std::uint16_t option, bool closes) {
    ClientAndServer s;
    s.connect(0, {2 * kMs, 2 * kMs + 50'000});
    s.accept({1 * kMs, 2 * kMs + 30'000});
    s.entry_only(s.server, SYS_setsockopt, {7, SOL_SOCKET, option, 600}, 3 * kMs);
    s.call(s.server, SYS_sendto, 4, {7, 4, 0, 0}, {4 * kMs, 4 * kMs + 10});
    if (closes) s.close(s.server, 7, 4 * kMs + 20);
    s.read(s.client, 5, 4, {5 * kMs, 5 * kMs + 10});
    s.exit_group(s.server, 6 * kMs);
    return ops(s.compile(), s.server);
  };
  EXPECT_EQ(ends_of_server(SO_LINGER, true), "spawn 1, accept c0, send s1 4, finish s1, finish s1 lingers, exit");
  EXPECT_EQ(ends_of_server(SO_KEEPALIVE, true), "spawn 1, accept c0, send s1 4, finish s1, exit");
  EXPECT_EQ(ends_of_server(SO_LINGER, false), "spawn 1, accept c0, send s1 4, finish s1, exit");  // the kernel does not
}

TEST(Sockets, KnowsWhoseSmallSegmentsWait) {
  const auto flags_of_sends = [](bool recorded, std::int64_t level) {
    ClientAndServer s;
    s.entry_only(s.server, SYS_setsockopt, {3, level, TCP_NODELAY, 1}, 3 * kMs);
    s.connect(0, {4 * kMs, 4 * kMs + 50'000});
    s.accept({3 * kMs + 1, 4 * kMs + 30'000});
    s.call(s.client, SYS_sendto, 4, {5, 4, 0, 0}, {5 * kMs, 5 * kMs + 10});
    s.call(s.server, SYS_sendto, 4, {7, 4, 0, 0}, {6 * kMs, 6 * kMs + 10});
    s.read(s.server, 7, 4, {7 * kMs, 49 * kMs});
    s.entry_only(s.client, SYS_setsockopt, {5, IPPROTO_TCP, TCP_NODELAY, 1}, 50 * kMs);
    s.call(s.client, SYS_sendto, 4, {5, 4, 0, 0}, {51 * kMs, 51 * kMs + 10});
    s.read(s.server, 7, 4, {52 * kMs, 52 * kMs + 10});
    s.read(s.client, 5, 4, {53 * kMs, 53 * kMs + 10});
    Trace trace = s.builder.build(60 * kMs);
    trace.header.tcp_options = recorded;
    const Program p = replay::compile(trace);
    std::vector<bool> nagle;
    for (const ThreadId t : {s.client, s.server})
      for (const Op& op : p.threads[t.value].ops)
        if (op.kind == OpKind::send) nagle.push_back(op.flags & kNagle);
    return nagle;
  };
  EXPECT_EQ(flags_of_sends(true, IPPROTO_TCP), (std::vector{true, false, false}));  // accepted: as its listener
  EXPECT_EQ(flags_of_sends(true, SOL_SOCKET), (std::vector{true, false, true}));
  EXPECT_EQ(flags_of_sends(false, IPPROTO_TCP), (std::vector{false, false, false}));  // of an older simrec
}

TEST(Sockets, SettingNoDelaySendsWhatWasJustWritten) {
  const auto waits = [](Ns set_after) {
    ClientAndServer s;
    s.connect(0, {4 * kMs, 4 * kMs + 50'000});
    s.accept({3 * kMs, 4 * kMs + 30'000});
    s.call(s.server, SYS_sendto, 4, {7, 4, 0, 0}, {6 * kMs, 6 * kMs + 10});
    s.entry_only(s.server, SYS_setsockopt, {7, IPPROTO_TCP, TCP_NODELAY, 1}, 6 * kMs + set_after);
    s.entry_only(s.server, SYS_setsockopt, {7, IPPROTO_TCP, TCP_NODELAY, 0}, 6 * kMs + set_after + 10);
    s.read(s.client, 5, 4, {7 * kMs, 7 * kMs + 10});
    Trace trace = s.builder.build(60 * kMs);
    trace.header.tcp_options = true;
    const Program p = replay::compile(trace);
    const auto& sent = p.threads[s.server.value].ops;
    return (std::ranges::find(sent, OpKind::send, &Op::kind)->flags & kNagle) != 0;
  };
  EXPECT_FALSE(waits(20));
  EXPECT_TRUE(waits(20 * kMs));  // by then it has gone
}

TEST(Sockets, TimeoutsOfWhoSendsAtItsOwnPaceCount) {
  const auto usual_timeout = [](int paced) {
    ClientAndServer s;
    s.connect(0, {2 * kMs, 2 * kMs + 50'000});
    s.accept({1 * kMs, 2 * kMs + 30'000});
    Ns now = 3 * kMs;
    const auto poll = [&](std::int64_t result) {
      s.call(s.client, SYS_poll, result, {1 * kMs, 2, 5, result ? POLLIN : 0}, {now, now + 1 * kMs});
      now += 1 * kMs;
    };
    for (int i = 0; i < 16; ++i) {
      poll(i < paced ? 0 : 1);
      s.call(s.client, SYS_sendto, 4, {5, 4, 0, 0}, {now, now + 10});
      now += 20;
    }
    poll(0);  // and once nothing comes of it
    return s.compile().threads[s.client.value].usual_timeout_ns;
  };
  EXPECT_EQ(usual_timeout(8), 1 * kMs);
  EXPECT_EQ(usual_timeout(7), 0);
}

TEST(Sockets, WhatTcpHeldBackFromAPollStaysLateToo) {
  ClientAndServer s;
  s.connect(0, {4 * kMs, 4 * kMs + 50'000});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  s.call(s.client, SYS_sendto, 20, {5, 20, 0, 0}, {6 * kMs, 6 * kMs + 10});
  s.call(s.server, SYS_poll, 1, {-1, 1, 7, POLLIN}, {5 * kMs, 48 * kMs});
  s.read(s.server, 7, 20, {48 * kMs + 10, 48 * kMs + 20});
  const Program p = s.compile();
  EXPECT_EQ(count(p, "messages that TCP held back for 40 ms"), 1U);
}

TEST(Sockets, NonblockingConnectIsMarkedAndItsPollIsExplained) {
  ClientAndServer s;
  s.connect(-EINPROGRESS, {4 * kMs, 4 * kMs + 50});
  s.accept({3 * kMs, 4 * kMs + 30'000});
  s.call(s.client, SYS_epoll_wait, 1, {9, -1}, {5 * kMs, 6 * kMs});
  s.call(s.client, SYS_sendto, 14, {5, 14, 0, 0}, {7 * kMs, 7 * kMs + 10});
  s.call(s.client, SYS_epoll_wait, 0, {9, 0}, {8 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.client), "connect? c0, send s0 14, exit");
}

TEST(Sockets, PeersOutsideTheTraceLeaveOnlyTheRecordedWaits) {
  ClientAndServer s;
  s.connect(0, {4 * kMs, 5 * kMs});
  s.call(s.client, SYS_sendto, 14, {5, 14, 0, 0}, {6 * kMs, 6 * kMs + 10, 20});
  s.read(s.client, 5, 5, {7 * kMs, 9 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.client), "sleep 1000000, compute 20, sleep 2000000, exit");
  EXPECT_EQ(count(p, "unaccepted connections"), 1U);
  EXPECT_TRUE(p.streams.empty());
}

TEST(Sockets, RefusedConnectIsCounted) {
  ClientAndServer s;
  s.connect(-ECONNREFUSED, {4 * kMs, 4 * kMs + 50, 5, 6});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.client), "compute 11, exit");
  EXPECT_EQ(count(p, "failed connects"), 1U);
}

TEST(Sockets, ReusedPortsAreMatchedInTimeOrder) {
  ClientAndServer s;
  s.connect(0, {3 * kMs, 3 * kMs + 10});
  s.accept({3 * kMs, 3 * kMs + 20});
  s.close(s.client, 5, 4 * kMs);
  const ObjectId client2 = s.object(ObjectKind::tcp, "127.0.0.1:4000", "127.0.0.1:80");
  const ObjectId server2 = s.object(ObjectKind::tcp, "127.0.0.1:80", "127.0.0.1:4000");
  s.call(s.client, SYS_socket, 5, {AF_INET, SOCK_STREAM, 0, client2.value}, {5 * kMs});
  s.call(s.client, SYS_connect, 0, {5, client2.value, 0}, {6 * kMs, 6 * kMs + 10});
  s.call(s.server, SYS_accept, 8, {3, server2.value}, {6 * kMs, 6 * kMs + 20});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.client), "connect c0, finish s0, connect c1, exit");
  EXPECT_EQ(ops(p, s.server), "spawn 1, accept c0, accept c1, exit");
}

TEST(Sockets, UnixConnectionsAreMatchedByPeerInodeElseInOrder) {
  Script s;
  const ThreadId server = s.root();
  const ThreadId client = s.fork(server, 101, {1 * kMs, 1 * kMs + 50});
  const ObjectId listener = s.object(ObjectKind::unixStream, "unix:/run/x");
  const ObjectId one = s.object(ObjectKind::unixStream, "", "unix:/run/x");
  const ObjectId two = s.object(ObjectKind::unixStream, "", "unix:/run/x");
  Object accepted;
  accepted.kind = ObjectKind::unixStream;
  accepted.inode = 5000;
  accepted.local_address = s.builder.string("unix:/run/x");
  accepted.peer_inode = 1003;  // Script numbers inodes from 1001: the second client
  const ObjectId first_accepted = s.builder.object(accepted);
  accepted.inode = 5001;
  accepted.peer_inode = 0;
  const ObjectId second_accepted = s.builder.object(accepted);
  s.call(server, SYS_socket, 3, {AF_UNIX, SOCK_STREAM, 0, listener.value}, {2 * kMs});
  s.call(client, SYS_socket, 5, {AF_UNIX, SOCK_STREAM, 0, one.value}, {2 * kMs});
  s.call(client, SYS_socket, 6, {AF_UNIX, SOCK_STREAM, 0, two.value}, {2 * kMs});
  s.call(client, SYS_connect, 0, {5, one.value, 0}, {3 * kMs, 3 * kMs + 10});
  s.call(client, SYS_connect, 0, {6, two.value, 0}, {4 * kMs, 4 * kMs + 10});
  s.call(server, SYS_accept, 7, {3, first_accepted.value}, {5 * kMs, 5 * kMs + 10});
  s.call(server, SYS_accept, 8, {3, second_accepted.value}, {6 * kMs, 6 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, client), "connect c0, connect c1, exit");
  EXPECT_EQ(ops(p, server), "spawn 1, accept c1, accept c0, exit");
  EXPECT_EQ(p.streams.at(0).capacity_bytes, 212'992);  // the kernel's default
}

TEST(Sockets, SocketpairEndsAreEachOthersPeers) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId x = s.object(ObjectKind::unixStream), y = s.object(ObjectKind::unixStream);
  s.call(a, SYS_socketpair, 0, {AF_UNIX, SOCK_STREAM, 3, 4, x.value, y.value}, {1 * kMs});
  const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 50});
  s.close(a, 4, 3 * kMs);
  s.close(b, 3, 3 * kMs);
  s.write(a, 3, 8, {4 * kMs, 4 * kMs + 10});
  s.read(b, 4, 8, {5 * kMs, 5 * kMs + 10});
  s.call(a, SYS_shutdown, 0, {3, SHUT_WR}, {6 * kMs, 6 * kMs + 10});
  s.read(b, 4, 0, {7 * kMs, 7 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, send s0 8, finish s0, exit");
  EXPECT_EQ(ops(p, b), "recv s0 8, recv_end s0, exit");
}

TEST(Sockets, PeekWaitsButDoesNotConsume) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId x = s.object(ObjectKind::unixStream), y = s.object(ObjectKind::unixStream);
  s.call(a, SYS_socketpair, 0, {AF_UNIX, SOCK_STREAM, 3, 4, x.value, y.value}, {1 * kMs});
  s.write(a, 3, 8, {4 * kMs, 4 * kMs + 10});
  s.call(a, SYS_recvfrom, 4, {4, 4, MSG_PEEK, 0}, {5 * kMs, 5 * kMs + 10});
  s.call(a, SYS_recvfrom, 8, {4, 100, 0, 0}, {6 * kMs, 6 * kMs + 10});
  EXPECT_EQ(ops(s.compile(), a), "send s0 8, recv s0 4, recv s0 8, exit");
}

TEST(Sockets, DatagramsAreMatchedByAddressWithLosses) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 50});
  const ObjectId from = s.object(ObjectKind::udp, "127.0.0.1:900");
  const ObjectId to = s.object(ObjectKind::udp, "0.0.0.0:53");
  const std::int64_t to_address = s.builder.string("127.0.0.1:53").value,
                     from_address = s.builder.string("127.0.0.1:900").value;
  s.call(a, SYS_socket, 3, {AF_INET, SOCK_DGRAM, 0, from.value}, {2 * kMs});
  s.call(b, SYS_socket, 3, {AF_INET, SOCK_DGRAM, 0, to.value}, {2 * kMs});
  s.call(a, SYS_sendto, 10, {3, 10, 0, to_address}, {3 * kMs, 3 * kMs + 10});
  s.call(a, SYS_sendto, 20, {3, 20, 0, to_address}, {4 * kMs, 4 * kMs + 10});  // lost
  s.call(a, SYS_sendto, 30, {3, 30, 0, to_address}, {5 * kMs, 5 * kMs + 10});
  s.call(b, SYS_recvfrom, 10, {3, 512, 0, from_address}, {6 * kMs, 6 * kMs + 10});
  s.call(b, SYS_recvfrom, 30, {3, 512, 0, from_address}, {7 * kMs, 7 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, send s0 10, send s0 20, send s0 30, exit");
  EXPECT_EQ(ops(p, b), "recv s0 10, recv s0 60, exit");
  EXPECT_EQ(count(p, "datagrams lost"), 1U);
  EXPECT_EQ(p.streams.at(0).capacity_bytes, kUnlimited);
}

TEST(Sockets, PassedDescriptorsAreTheSameDescription) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId x = s.object(ObjectKind::unixStream), y = s.object(ObjectKind::unixStream);
  s.call(a, SYS_socketpair, 0, {AF_UNIX, SOCK_STREAM, 3, 4, x.value, y.value}, {1 * kMs});
  const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 50});
  const ObjectId pipe = s.pipe(a, 5, 6, 3 * kMs);
  s.call(a, SYS_sendmsg, 1, {3, 0, 0, 1, 6, pipe.value}, {4 * kMs, 4 * kMs + 10});
  s.close(a, 6, 5 * kMs);  // the message in flight, then b, keep it open
  s.call(b, SYS_recvmsg, 1, {4, 0, 0, 1, 9, pipe.value}, {6 * kMs, 6 * kMs + 10});
  s.write(b, 9, 7, {7 * kMs, 7 * kMs + 10});
  s.close(b, 9, 8 * kMs);
  s.read(a, 5, 7, {8 * kMs, 8 * kMs + 10});
  s.read(a, 5, 0, {9 * kMs, 9 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, send s0 1, recv s2 7, recv_end s2, exit");
  EXPECT_EQ(ops(p, b), "recv s0 1, send s2 7, finish s2, exit");
}

}  // namespace
}  // namespace simrec::replay::test
