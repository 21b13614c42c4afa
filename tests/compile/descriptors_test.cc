// Descriptor tables: which number means which description, and when one dies.
#include "replayer/compile/descriptors.h"

#include <gtest/gtest.h>

#include <cerrno>

#include <fcntl.h>
#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

using causal::DescriptorTables;

struct Tables3 : ::testing::Test {
  DescriptorTables tables{3};
  DescriptorTables::Dead dead;
  causal::DescriptionId open(std::uint32_t process, int fd, bool close_on_exec = false) {
    const auto d = tables.create(ObjectId{7}, causal::kReads);
    tables.install(process, fd, d, close_on_exec, dead);
    return d;
  }
};

TEST_F(Tables3, DupKeepsTheDescriptionAlive) {
  const auto d = open(0, 3);
  tables.install(0, 9, d, false, dead);
  tables.close(0, 3, dead);
  EXPECT_TRUE(dead.empty());
  tables.close(0, 9, dead);
  EXPECT_EQ(dead, DescriptorTables::Dead{d});
}

TEST_F(Tables3, Dup2ClosesWhatWasThere) {
  const auto old = open(0, 4);
  const auto d = open(0, 3);
  tables.install(0, 4, d, false, dead);
  EXPECT_EQ(dead, DescriptorTables::Dead{old});
  EXPECT_EQ(tables.find(0, 4), d);
}

TEST_F(Tables3, ForkCopiesCloneFilesShares) {
  const auto d = open(0, 3);
  tables.fork(0, 1, false);
  tables.fork(0, 2, true);
  tables.close(0, 3, dead);
  EXPECT_EQ(tables.find(1, 3), d);
  EXPECT_EQ(tables.find(2, 3), causal::DescriptionId{});
  tables.release(1, dead);
  EXPECT_EQ(dead, DescriptorTables::Dead{d});
}

TEST_F(Tables3, ExecClosesOnlyTheMarkedOnesAndStopsSharing) {
  const auto marked = open(0, 3, true);
  const auto kept = open(0, 4);
  tables.fork(0, 1, true);
  tables.exec(1, dead);
  EXPECT_TRUE(dead.empty());  // process 0 still has it
  EXPECT_EQ(tables.find(1, 3), causal::DescriptionId{});
  EXPECT_EQ(tables.find(1, 4), kept);
  tables.close(0, 3, dead);
  EXPECT_EQ(dead, DescriptorTables::Dead{marked});
}

TEST_F(Tables3, CloseRangeClosesOrMarks) {
  const auto a = open(0, 3), b = open(0, 4);
  open(0, 2);
  tables.close_range(0, 4, -1, true, dead);
  tables.close_range(0, 3, 3, false, dead);
  EXPECT_EQ(dead, DescriptorTables::Dead{a});
  dead.clear();
  tables.exec(0, dead);
  EXPECT_EQ(dead, DescriptorTables::Dead{b});
}

TEST_F(Tables3, HostileNumbersAreIgnored) {
  tables.install(0, -5, tables.create(ObjectId{1}, causal::kReads), false, dead);
  tables.install(0, 1LL << 40, tables.create(ObjectId{1}, causal::kReads), false, dead);
  EXPECT_EQ(tables.find(0, -5), causal::DescriptionId{});
  EXPECT_EQ(tables.find(0, 1LL << 40), causal::DescriptionId{});
}

TEST(Descriptors, FcntlDupAndCloseOnExecFlagAreFollowed) {
  Script s;
  const ThreadId a = s.root();
  s.pipe(a, 3, 4, 1 * kMs);
  s.call(a, SYS_fcntl, 10, {4, F_DUPFD, 10}, {2 * kMs});
  s.close(a, 4, 3 * kMs);
  s.call(a, SYS_fcntl, 0, {10, F_SETFD, FD_CLOEXEC}, {4 * kMs});
  s.write(a, 10, 2, {5 * kMs});
  s.read(a, 3, 2, {6 * kMs});
  s.call(a, SYS_execve, 0, {0}, {7 * kMs});
  s.read(a, 3, 0, {8 * kMs});
  EXPECT_EQ(ops(s.compile(), a), "send s0 2, recv s0 2, finish s0, recv_end s0, exit");
}

TEST(Descriptors, CloseTakesEffectAtItsEntryOpenAtItsExit) {
  Script s;
  const ThreadId a = s.root();
  s.pipe(a, 3, 4, 1 * kMs);
  s.close(a, 4, 2 * kMs);
  const ObjectId file = s.object(ObjectKind::file);
  s.call(a, SYS_openat, 4, {0, 0, file.value}, {3 * kMs, 4 * kMs});
  s.write(a, 4, 10, {5 * kMs});  // the file now
  EXPECT_EQ(ops(s.compile(), a), "finish s0, exit");
}

}  // namespace
}  // namespace simrec::replay::test
