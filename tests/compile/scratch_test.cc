// Programs that do not fit into what memory they may take are the same programs.
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

constexpr int kClients = 3;
constexpr int kRounds = 15'000;

/// A server that polls pipes from its children and answers whoever asks, with a tick now and then.
struct BusyServer : Script {
  ThreadId server = root();
  ThreadId clients[kClients];

  static int fd(int client, int which) { return 10 + 4 * client + which; }

  BusyServer() {
    for (int c = 0; c < kClients; ++c) {
      pipe(server, fd(c, 0), fd(c, 1), 1'000);
      pipe(server, fd(c, 2), fd(c, 3), 1'000);
    }
    for (int c = 0; c < kClients; ++c) clients[c] = fork(server, 101 + c, {2'000 + c * 100, 2'050 + c * 100});
    call(server, SYS_epoll_create1, 9, {0, object(ObjectKind::epoll).value}, {3'000});
    for (int c = 0; c < kClients; ++c)
      entry_only(server, SYS_epoll_ctl, {9, EPOLL_CTL_ADD, fd(c, 0), EPOLLIN, c + 1}, 3'100 + c * 100);
    Ns now = 10'000;
    for (int round = 0; round < kRounds; ++round, now += 200'000) {
      const int c = (round * 7 + round / 11) % kClients;
      if (round % 10 == 0) call(server, SYS_epoll_wait, 0, {9, 30'000}, {now - 50'000, now - 20'000, 100, 50});
      write(clients[c], fd(c, 1), 10, {now, now + 1'000, 3'000, 500});
      call(server, SYS_epoll_wait, 1, {9, -1, c + 1}, {now - 10'000, now + 60'000, 200, 60});
      read(server, fd(c, 0), 10, {now + 70'000, now + 71'000, 500, 400});
      write(server, fd(c, 3), 5, {now + 80'000, now + 81'000, 4'000, 300});
      read(clients[c], fd(c, 2), 5, {now + 10'000, now + 95'000, 100, 200});
    }
    for (const ThreadId client : clients) exit_group(client, now);
    exit_group(server, now + 1'000);
  }

  Program compile_within(std::size_t memory_bytes, Order order) {
    CompileOptions options;
    options.memory_bytes = memory_bytes;
    options.order = order;
    return replay::compile(builder.build(1'000'000'000), options);
  }
};

TEST(Scratch, AProgramInAFileIsTheSame) {
  BusyServer s;
  for (const Order order : {Order::arrival, Order::recorded}) {
    const Program in_memory = s.compile_within(std::size_t{1} << 40, order);
    const Program in_file = s.compile_within(0, order);
    EXPECT_EQ(in_memory.threads[1].ops.space()->file_bytes(), 0U);
    EXPECT_GT(in_file.threads[1].ops.space()->file_bytes(), 0U);
    EXPECT_EQ(check(in_file), "");
    EXPECT_EQ(in_file.native_estimate_ns, in_memory.native_estimate_ns);
    EXPECT_EQ(in_file.tokens, in_memory.tokens);
    ASSERT_EQ(in_file.threads.size(), in_memory.threads.size());
    EXPECT_EQ(in_file.threads.size() > kClients + 1U, order == Order::arrival) << "its handlers";
    for (std::size_t t = 0; t < in_file.threads.size(); ++t) {
      EXPECT_EQ(in_file.threads[t].ops, in_memory.threads[t].ops) << t;
      const auto same = [](const OpOrigin& a, const OpOrigin& b) {
        return a.first_op == b.first_op && a.event_kind == b.event_kind && a.fd == b.fd;
      };
      EXPECT_TRUE(std::ranges::equal(in_file.threads[t].origins, in_memory.threads[t].origins, same)) << t;
    }
  }
}

}  // namespace
}  // namespace simrec::replay::test
