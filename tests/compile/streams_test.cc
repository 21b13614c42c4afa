// Byte cursors over pipes: what is received, when streams end, how much fits.
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

/// Root makes a pipe (3 → 4) and forks a child that has both ends too.
struct PipeAndChild : Script {
  ThreadId a = root();
  ObjectId object = pipe(a, 3, 4, 1 * kMs);
  ThreadId b = fork(a, 101, {2 * kMs, 2 * kMs + 50});
};

TEST(Streams, BytesAreMatchedByCumulativeOffsetWhetherOrNotTheReadBlocked) {
  PipeAndChild s;
  s.write(s.a, 4, 100, {3 * kMs, 3 * kMs + 10, 1000, 10});
  s.write(s.a, 4, 50, {4 * kMs, 4 * kMs + 10, 0, 5});
  s.read(s.b, 3, 120, {5 * kMs, 5 * kMs + 20, 300, 20});
  s.read(s.b, 3, 30, {6 * kMs, 6 * kMs + 20, 7, 3});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, compute 1010, send s0 100, compute 5, send s0 50, exit");
  EXPECT_EQ(ops(p, s.b), "compute 300, recv s0 120, compute 27, recv s0 150, compute 3, exit");
  EXPECT_EQ(p.streams.at(0).writer_thread, s.a.value);
  EXPECT_EQ(p.streams.at(0).reader_thread, s.b.value);
}

TEST(Streams, BlockedReadSplitsItsCpuAroundTheWaitAndIsMarked) {
  PipeAndChild s;
  s.read(s.b, 3, 10, {3 * kMs, 9 * kMs, 100, 40});
  s.write(s.a, 4, 10, {8 * kMs, 8 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "compute 120, recv s0 10, compute 20, exit");
  EXPECT_TRUE(p.threads[1].ops[1].flags & kWoke);
}

TEST(Streams, ExitOfTheReaderMayBeSeenBeforeTheExitOfTheWriter) {
  PipeAndChild s;
  s.write(s.a, 4, 10, {8 * kMs, 8 * kMs + 90'000});
  s.read(s.b, 3, 10, {3 * kMs, 8 * kMs + 30'000});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "recv s0 10, exit");
}

TEST(Streams, EndArrivesWhenTheLastCopyOfTheWriteEndIsClosed) {
  PipeAndChild s;
  s.close(s.a, 4, 3 * kMs);  // the child still has a copy
  s.write(s.b, 4, 5, {4 * kMs, 4 * kMs + 10});
  s.close(s.b, 4, 5 * kMs);  // the last one
  s.read(s.a, 3, 5, {6 * kMs, 6 * kMs + 10});
  s.read(s.a, 3, 0, {7 * kMs, 7 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, recv s0 5, recv_end s0, exit");
  EXPECT_EQ(ops(p, s.b), "send s0 5, finish s0, exit");
}

TEST(Streams, ExitClosesDescriptorsEvenIfTheReaderIsSeenFirst) {
  PipeAndChild s;
  s.close(s.a, 4, 3 * kMs);
  s.entry_only(s.b, SYS_exit_group, {0}, 4 * kMs, 70);
  s.read(s.a, 3, 0, {3 * kMs + 10, 4 * kMs + 5'000});
  s.pseudo(s.b, PseudoEvent::threadExit, {0, 1}, 4 * kMs + 400'000);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, recv_end s0, exit");
  EXPECT_EQ(ops(p, s.b), "compute 70, finish s0, exit");
}

TEST(Streams, AnEndWithAnUntrackedCauseIsDroppedAndCounted) {
  PipeAndChild s;
  s.read(s.a, 3, 0, {3 * kMs, 3 * kMs + 10});
  s.close(s.a, 4, 5 * kMs);
  s.close(s.b, 4, 6 * kMs);  // too late to have caused it
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, exit");
  EXPECT_EQ(count(p, "ends of unknown cause"), 1U);
}

TEST(Streams, CloseOnExecClosesAtExec) {
  Script s;
  const ThreadId a = s.root();
  s.pipe(a, 3, 4, 1 * kMs, 02000000 /* O_CLOEXEC */);
  const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 50});
  s.close(a, 4, 3 * kMs);
  s.call(b, SYS_execve, 0, {0}, {4 * kMs, 4 * kMs + 100, 0, 100});
  s.pseudo(b, PseudoEvent::execDone, {}, 4 * kMs + 100);
  s.read(a, 3, 0, {4 * kMs, 5 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, recv_end s0, exit");
  EXPECT_EQ(ops(p, b), "compute 50, finish s0, compute 50, exit");
}

TEST(Streams, EagainGivesNoOpAndPartialWritesCountTheirResult) {
  PipeAndChild s;
  s.read(s.b, 3, -EAGAIN, {3 * kMs, 3 * kMs + 10, 4, 2});
  s.call(s.a, SYS_write, 60, {4, 100}, {4 * kMs, 4 * kMs + 10});
  s.call(s.a, SYS_write, -EAGAIN, {4, 40}, {5 * kMs, 5 * kMs + 10});
  s.read(s.b, 3, 60, {6 * kMs, 6 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "compute 6, recv s0 60, exit");
  EXPECT_EQ(ops(p, s.a), "spawn 1, send s0 60, exit");
  EXPECT_EQ(count(p, "EAGAIN"), 2U);
}

TEST(Streams, CapacityIsThePipesButNeverLessThanWhatWasSeen) {
  PipeAndChild s;
  s.write(s.a, 4, 1000, {3 * kMs, 3 * kMs + 10});
  EXPECT_EQ(s.compile().streams.at(0).capacity_bytes, 65536);
  s.write(s.a, 4, 99'000, {4 * kMs, 4 * kMs + 10});
  EXPECT_EQ(s.compile().streams.at(0).capacity_bytes, 100'000);
}

TEST(Streams, BytesThatAReadIsTakingAreNotInThePipe) {
  PipeAndChild s;
  s.write(s.a, 4, 60'000, {3 * kMs, 3 * kMs + 10});
  s.read(s.b, 3, 60'000, {4 * kMs, 4 * kMs + 90'000});
  s.write(s.a, 4, 60'000, {3 * kMs + 20, 4 * kMs + 50'000});  // was released by that read
  EXPECT_EQ(s.compile().streams.at(0).capacity_bytes, 65536);
}

TEST(Streams, SeveralReadersAreServedInTheOrderTheyReturned) {
  PipeAndChild s;
  s.write(s.a, 4, 3, {3 * kMs, 3 * kMs + 10});
  s.read(s.b, 3, 1, {4 * kMs, 4 * kMs + 10});
  s.read(s.a, 3, 1, {5 * kMs, 5 * kMs + 10});
  s.read(s.b, 3, 1, {6 * kMs, 6 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, send s0 3, recv s0 2, exit");
  EXPECT_EQ(ops(p, s.b), "recv s0 1, recv s0 3, exit");
}

TEST(Streams, SpliceReceivesThenSends) {
  PipeAndChild s;
  s.pipe(s.b, 5, 6, 3 * kMs);
  s.write(s.a, 4, 40, {4 * kMs, 4 * kMs + 10});
  s.call(s.b, SYS_splice, 40, {3, 6, 65536, 0}, {5 * kMs, 5 * kMs + 10, 0, 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "recv s0 40, compute 10, send s1 40, exit");
}

TEST(Streams, TeeSendsWithoutConsuming) {
  PipeAndChild s;
  s.pipe(s.b, 5, 6, 3 * kMs);
  s.write(s.a, 4, 40, {4 * kMs, 4 * kMs + 10});
  s.call(s.b, SYS_tee, 40, {3, 6, 65536, 0}, {5 * kMs, 5 * kMs + 10});
  s.read(s.b, 3, 40, {6 * kMs, 6 * kMs + 10});
  EXPECT_EQ(ops(s.compile(), s.b), "recv s0 40, send s1 40, recv s0 40, exit");
}

TEST(Streams, WriterOfABrokenPipeWaitsForTheReaderToGo) {
  PipeAndChild s;
  s.close(s.a, 3, 3 * kMs);
  s.write(s.a, 4, -EPIPE, {4 * kMs, 6 * kMs});
  s.close(s.b, 3, 5 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, wait k0, exit");
  EXPECT_EQ(ops(p, s.b), "signal k0, exit");
}

// `simrec sh -c ... | head`: the pipe is inherited, by a shell that closes its descriptors when all is over.
TEST(Streams, WriterOfAPipeBrokenFromOutsideWaitsForNobodyInTheTrace) {
  PipeAndChild s;
  s.close(s.a, 3, 3 * kMs);
  s.write(s.a, 4, -EPIPE, {4 * kMs, 6 * kMs, 7, 10});
  s.close(s.b, 3, 8 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, compute 12, sleep " + std::to_string(2 * kMs - 10) + ", compute 5, exit");
  EXPECT_EQ(count(p, "external waits"), 1U);
  EXPECT_EQ(ops(p, s.b), "exit");
}

TEST(Streams, InheritedPipeIsOutsideAndItsWaitAbsolute) {
  Script s;
  const ThreadId a = s.root();
  s.builder.descriptor({0}, {0, s.object(ObjectKind::pipe), false, false});
  s.read(a, 0, 10, {1 * kMs, 5 * kMs, 7, 10});
  s.read(a, 0, 0, {6 * kMs, 8 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "compute 12, sleep " + std::to_string(4 * kMs - 10) + ", compute 5, sleep 2000000, exit");
  EXPECT_EQ(count(p, "external waits"), 2U);
}

TEST(Streams, DiskIsWhatReallyWaited) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId file = s.object(ObjectKind::file);
  s.call(a, SYS_openat, 3, {0, 0, file.value}, {1 * kMs});
  s.read(a, 3, 4096, {2 * kMs, 2 * kMs + 10'000, 0, 10'000});  // from the page cache
  s.read(a, 3, 8192, {3 * kMs, 4 * kMs, 0, 10'000});           // from the device
  s.call(a, SYS_fsync, 0, {3}, {5 * kMs, 7 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "compute 15000, io 0 990000, compute 5000, io 1 2000000, exit");
  EXPECT_EQ(p.ios.at(0).bytes, 8192);
  EXPECT_FALSE(p.ios.at(0).write);
  EXPECT_TRUE(p.ios.at(1).write);
  EXPECT_EQ(p.ios.at(1).bytes, 4096);  // nothing written before, but the file system's journal
}

}  // namespace
}  // namespace simrec::replay::test
