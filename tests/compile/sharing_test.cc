// Which processes cannot be put on different hosts.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

bool together(const Program& p) { return p.processes[0].sharing_group == p.processes[1].sharing_group; }

struct TwoProcesses : Script {
  ThreadId a = root();
  ThreadId b = fork(a, 101, {2 * kMs, 2 * kMs + 10});
};

TEST(Sharing, ForkAloneSharesNothing) {
  TwoProcesses s;
  const Program p = s.compile();
  EXPECT_FALSE(together(p));
  EXPECT_EQ(p.processes[0].sharing_reason, "");
}

TEST(Sharing, MappingsOfOneFileBind) {
  TwoProcesses s;
  Object file;
  file.kind = ObjectKind::file;
  file.inode = 9;
  const std::int64_t one = s.builder.object(file).value, two = s.builder.object(file).value;
  for (auto [thread, object] : {std::pair{s.a, one}, std::pair{s.b, two}}) {
    s.call(thread, SYS_openat, 3, {2, 0, object}, {3 * kMs});
    s.call(thread, SYS_mmap, 0x7f0000000000, {0, 4096, 3, MAP_SHARED, 3}, {4 * kMs});
  }
  const Program p = s.compile();
  EXPECT_TRUE(together(p));
  EXPECT_NE(p.processes[1].sharing_reason.find("MAP_SHARED"), std::string::npos);
}

TEST(Sharing, AnonymousSharedMemoryBindsChildrenUntilTheyExec) {
  for (const bool execs : {false, true}) {
    Script s;
    const ThreadId a = s.root();
    s.call(a, SYS_mmap, 0x7f0000000000, {0, 4096, 3, MAP_SHARED | MAP_ANONYMOUS, -1}, {1 * kMs});
    const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 10});
    if (execs) s.call(b, SYS_execve, 0, {0}, {3 * kMs});
    EXPECT_EQ(together(s.compile()), !execs);
  }
}

TEST(Sharing, ReadingThroughOneOffsetBindsWritingDoesNot) {
  for (const bool reads : {true, false}) {
    Script s;
    const ThreadId a = s.root();
    const ObjectId file = s.object(ObjectKind::file);
    s.call(a, SYS_openat, 3, {2, 0, file.value}, {1 * kMs});
    const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 10});
    for (ThreadId t : {a, b}) reads ? s.read(t, 3, 10, {3 * kMs}) : s.write(t, 3, 10, {3 * kMs});
    EXPECT_EQ(together(s.compile()), reads);
  }
}

TEST(Sharing, SystemVSegmentsBind) {
  TwoProcesses s;
  for (ThreadId t : {s.a, s.b}) s.call(t, SYS_shmat, 0x7f0000000000, {42}, {3 * kMs});
  EXPECT_TRUE(together(s.compile()));
}

}  // namespace
}  // namespace simrec::replay::test
