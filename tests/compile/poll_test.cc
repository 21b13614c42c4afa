// poll, select, epoll and spinning.
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/epoll.h>
#include <cerrno>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

/// A server thread that polls (epoll fd 9) a pipe its forked child writes to.
struct EventLoop : Script {
  ThreadId loop = root();
  ObjectId pipe_object = pipe(loop, 3, 4, 1 * kMs);
  ThreadId client = fork(loop, 101, {2 * kMs, 2 * kMs + 50});
  ObjectId epoll = object(ObjectKind::epoll);
  EventLoop() {
    call(loop, SYS_epoll_create1, 9, {0, epoll.value}, {2 * kMs + 100});
    entry_only(loop, SYS_epoll_ctl, {9, EPOLL_CTL_ADD, 3, EPOLLIN, 0}, 2 * kMs + 200);
  }
  void epoll_wait(std::int64_t result, Ns timeout, When when) {
    call(loop, SYS_epoll_wait, result, {9, timeout}, when);
  }
};

TEST(Poll, WhatIsConsumedNextWaitsInThePollsPlace) {
  EventLoop s;
  s.write(s.client, 4, 10, {4 * kMs, 4 * kMs + 10});
  s.epoll_wait(1, -1, {3 * kMs, 4 * kMs + 20'000, 500, 40});
  s.read(s.loop, 3, 10, {5 * kMs, 5 * kMs + 10, 700, 8});
  const Program p = s.compile();
  // 500 + half the poll before the arrival; the other half, the handler and the read behind it.
  EXPECT_EQ(ops(p, s.loop), "spawn 1, compute 520, recv s0 10, compute 728, exit");
  EXPECT_TRUE(p.threads[0].ops[2].flags & kWoke);
}

TEST(Poll, AWriteInBetweenKeepsTheWaitWhereItWas) {
  EventLoop s;
  s.pipe(s.loop, 5, 6, 2 * kMs + 300);
  s.write(s.client, 4, 10, {3 * kMs, 3 * kMs + 10});
  s.epoll_wait(1, -1, {4 * kMs, 4 * kMs + 20});
  s.write(s.loop, 6, 1, {5 * kMs, 5 * kMs + 10, 100});
  s.read(s.loop, 3, 10, {6 * kMs, 6 * kMs + 10, 200});
  EXPECT_EQ(ops(s.compile(), s.loop), "spawn 1, compute 100, send s1 1, compute 200, recv s0 10, exit");
}

TEST(Poll, WhatIsDoneBeforeReadingComesAfterWhatThePollSleptFor) {
  EventLoop s;
  s.pipe(s.loop, 5, 6, 2 * kMs + 300);
  s.write(s.client, 4, 10, {4 * kMs, 4 * kMs + 10});
  s.epoll_wait(1, -1, {3 * kMs, 4 * kMs + 20'000});
  s.write(s.loop, 6, 1, {5 * kMs, 5 * kMs + 10, 100});
  s.read(s.loop, 3, 10, {6 * kMs, 6 * kMs + 10, 200});
  EXPECT_EQ(ops(s.compile(), s.loop), "spawn 1, recv s0 10, compute 100, send s1 1, compute 200, recv s0 10, exit");
}

TEST(Poll, WhatIsDoneBeforeReadingComesAfterWhatThePollFoundAtOnce) {
  EventLoop s;
  s.pipe(s.loop, 5, 6, 2 * kMs + 300);
  s.write(s.client, 4, 10, {3 * kMs, 3 * kMs + 10});
  s.call(s.loop, SYS_poll, 1, {-1, 2, 3, POLLIN}, {4 * kMs, 4 * kMs + 20});
  s.write(s.loop, 6, 1, {5 * kMs, 5 * kMs + 10, 100});
  s.read(s.loop, 3, 10, {6 * kMs, 6 * kMs + 10, 200});
  EXPECT_EQ(ops(s.compile(), s.loop), "spawn 1, recv s0 1, compute 100, send s1 1, compute 200, recv s0 10, exit");
}

TEST(Poll, ExpiredTimeoutsSleepUntilWhatTheNextSuccessfulPollFound) {
  EventLoop s;
  s.epoll_wait(0, 100 * kMs, {3 * kMs, 103 * kMs, 0, 10});
  s.epoll_wait(0, 100 * kMs, {104 * kMs, 204 * kMs, 30, 10});
  s.write(s.client, 4, 10, {250 * kMs, 250 * kMs + 10});
  s.epoll_wait(1, 100 * kMs, {205 * kMs, 250 * kMs + 20});
  s.read(s.loop, 3, 10, {251 * kMs, 251 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.loop),
            "spawn 1, compute 5, sleep 100000000 until +4, compute 40, sleep 100000000 until +2, compute 5, recv s0 "
            "10, exit");
  EXPECT_EQ(count(p, "expired timeouts"), 2U);
  EXPECT_EQ(p.threads[0].ops[2].flags, kInterruptible | kExpired);
  EXPECT_EQ(check(p), "");
}

TEST(Poll, AnExpiredTimeoutThatNothingEndsIsAPlainSleep) {
  EventLoop s;
  s.epoll_wait(0, 7 * kMs, {3 * kMs, 10 * kMs});
  EXPECT_EQ(ops(s.compile(), s.loop), "spawn 1, sleep 7000000, exit");
}

TEST(Poll, WithoutDescriptorsItIsASleep) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_poll, 0, {5 * kMs, 0}, {1 * kMs, 6 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "sleep 5000000, exit");
  EXPECT_EQ(count(p, "expired timeouts"), 0U);
}

TEST(Poll, NothingTracedConsumedMeansARecordedWait) {
  EventLoop s;
  s.epoll_wait(1, -1, {3 * kMs, 8 * kMs, 10});
  s.epoll_wait(1, -1, {9 * kMs, 9 * kMs + 100'000, 20});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.loop), "spawn 1, compute 10, sleep 5000000, compute 20, sleep 100000, exit");
  EXPECT_EQ(count(p, "external waits"), 2U);
  EXPECT_EQ(p.threads[0].ops[2].flags, kWoke | kOutside);
}

// Level-triggered polls tell of room only if they were asked: whoever asks has something to write by now.
TEST(Poll, WhatIsWrittenWhereRoomWasAskedForComesFromWhoAsked) {
  Script s;
  const ThreadId loop = s.root();
  s.pipe(loop, 3, 4, 1 * kMs);
  s.pipe(loop, 7, 8, 1 * kMs + 10);
  const ThreadId client = s.fork(loop, 101, {2 * kMs, 2 * kMs + 50});
  s.write(client, 4, 10, {3 * kMs, 3 * kMs + 10});
  s.call(loop, SYS_poll, 1, {-1, 2, 3, POLLIN}, {4 * kMs, 4 * kMs + 10});
  s.read(loop, 3, 10, {5 * kMs, 5 * kMs + 10});
  s.call(loop, SYS_poll, 1, {-1, 2, 8, POLLOUT}, {6 * kMs, 6 * kMs + 10});
  s.write(loop, 8, 5, {7 * kMs, 7 * kMs + 10});
  s.read(client, 7, 5, {8 * kMs, 8 * kMs + 10});
  s.exit_group(loop, 9 * kMs);
  EXPECT_EQ(ops(s.compile(), ThreadId{3}), "wait k0, send s1 5, signal k2, exit");
}

TEST(Poll, TheUsualTimeoutIsKeptUnlessSomeExpired) {
  const auto usual = [](bool one_expires) {
    EventLoop s;
    for (const Ns timeout : {50 * kMs, 20 * kMs, 30 * kMs}) {
      const Ns at = 3 * kMs + timeout;
      s.epoll_wait(1, timeout, {at, at + 500'000});
    }
    s.epoll_wait(1, -1, {80 * kMs, 81 * kMs});            // has none
    s.epoll_wait(1, 1 * kMs, {90 * kMs, 90 * kMs + 10});  // did not sleep
    if (one_expires) s.epoll_wait(0, 2 * kMs, {91 * kMs, 93 * kMs});
    return s.compile().threads[0].usual_timeout_ns;
  };
  EXPECT_NEAR(static_cast<double>(usual(false)), 31.07e6, 0.01e6);  // (50 * 20 * 30)^(1/3)
  EXPECT_EQ(usual(true), 0) << "this program goes on after a timeout: it ticks";
}

TEST(Poll, BytesFromOutsideExplainThePollEvenIfATracedReadFollows) {
  EventLoop s;
  s.builder.descriptor({0}, {0, s.object(ObjectKind::terminal), false, false});
  s.write(s.client, 4, 10, {3 * kMs, 3 * kMs + 10});
  s.call(s.loop, SYS_poll, 1, {-1, 2, 0, POLLIN}, {4 * kMs, 9 * kMs});
  s.read(s.loop, 0, 5, {9 * kMs, 9 * kMs + 10});
  s.read(s.loop, 3, 10, {9 * kMs + 100, 9 * kMs + 110});
  EXPECT_EQ(ops(s.compile(), s.loop), "spawn 1, sleep 5000000, recv s0 10, exit");
}

TEST(Poll, IfAnotherThreadConsumesThePollWaitsForTheFirstWrite) {
  EventLoop s;
  const ThreadId worker = s.thread(s.loop, 102, 0x7000, {2 * kMs + 300, 2 * kMs + 400});
  s.epoll_wait(1, -1, {3 * kMs, 5 * kMs});
  s.write(s.client, 4, 10, {4 * kMs, 5 * kMs - 100});
  s.read(worker, 3, 10, {6 * kMs, 6 * kMs + 10});
  s.epoll_wait(0, 0, {7 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.loop), "spawn 1, spawn 2, recv s0 10, exit");
  EXPECT_EQ(ops(p, worker), "recv s0 10, exit");
}

TEST(Poll, SpinsThatEndInAReceiveKeepOneIteration) {
  EventLoop s;
  for (int i = 0; i < 5; ++i) s.epoll_wait(0, 0, {(3 + i) * kMs, (3 + i) * kMs + 10, i == 0 ? 9000 : 90, 10});
  s.write(s.client, 4, 10, {8 * kMs, 8 * kMs + 10});
  s.read(s.loop, 3, 10, {9 * kMs, 9 * kMs + 10, 140, 3});
  const Program p = s.compile();
  // 9000 before the spin; of 5 × 10 + 4 × 90 + 140 = 550 spun, a fifth stays, then the read's 3.
  EXPECT_EQ(ops(p, s.loop), "spawn 1, compute 9000, recv s0 10, compute 113, exit");
  EXPECT_EQ(p.threads[0].ops[2].flags, kPolls) << "it has not slept";
  EXPECT_EQ(count(p, "spins folded"), 4U);
}

TEST(Poll, SpinsCanBeLeftUnfoldedOrFree) {
  const auto compiled = [](Spins spins) {
    EventLoop s;
    for (int i = 0; i < 5; ++i) s.epoll_wait(0, 0, {(3 + i) * kMs, (3 + i) * kMs + 10, i == 0 ? 9000 : 90, 10});
    s.write(s.client, 4, 10, {8 * kMs, 8 * kMs + 10});
    s.read(s.loop, 3, 10, {9 * kMs, 9 * kMs + 10, 140, 3});
    CompileOptions options;
    options.spins = spins;
    return ops(replay::compile(s.builder.build(1'000'000'000), options), s.loop);
  };
  EXPECT_EQ(compiled(Spins::unfolded), "spawn 1, compute 9000, recv s0 10, compute 553, exit");
  EXPECT_EQ(compiled(Spins::free), "spawn 1, compute 9000, recv s0 10, compute 103, exit");
}

TEST(Poll, TwoEmptyReadsAreNoSpin) {
  EventLoop s;
  s.read(s.loop, 3, -EAGAIN, {3 * kMs, 3 * kMs + 10, 100, 5});
  s.read(s.loop, 3, -EAGAIN, {4 * kMs, 4 * kMs + 10, 100, 5});
  s.write(s.client, 4, 10, {5 * kMs, 5 * kMs + 10});
  s.read(s.loop, 3, 10, {6 * kMs, 6 * kMs + 10, 100});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.loop), "spawn 1, compute 310, recv s0 10, exit");
  EXPECT_EQ(p.threads[0].ops[2].flags, 0);
}

TEST(Poll, ALoopThatDoesRealWorkBetweenItsPollsIsNotFolded) {
  EventLoop s;
  for (int i = 0; i < 4; ++i) s.epoll_wait(0, 0, {(3 + i) * kMs, (3 + i) * kMs + 10, 800'000});
  s.write(s.client, 4, 10, {8 * kMs, 8 * kMs + 10});
  s.read(s.loop, 3, 10, {9 * kMs, 9 * kMs + 10});
  EXPECT_EQ(ops(s.compile(), s.loop), "spawn 1, compute 3200000, recv s0 10, exit");
}

}  // namespace
}  // namespace simrec::replay::test
