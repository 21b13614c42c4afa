// fork, vfork, exec, exit, wait; what a cut trace leaves.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/wait.h>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

TEST(Processes, Wait4WaitsForTheChildsEnd) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 100, 40, 60});
  s.exit_group(b, 3 * kMs);
  s.call(a, SYS_wait4, 101, {-1, 0, 0}, {2 * kMs, 4 * kMs, 5, 10});
  s.exit_group(a, 5 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "compute 100, spawn 1, compute 10, wait k0, compute 5, exit");
  EXPECT_EQ(ops(p, b), "signal k0, exit");
  EXPECT_TRUE(p.threads[1].ops[0].flags & kAfterAll) << "after all that an event loop does";
  EXPECT_EQ(p.threads[0].ops[3].cause, Cause::child);
  EXPECT_TRUE(p.threads[1].spawned);
  EXPECT_FALSE(p.threads[0].spawned);
  EXPECT_EQ(check(p), "");
}

TEST(Processes, WnohangThatFindsNothingAndStopsAreNoWaits) {
  Script s;
  const ThreadId a = s.root();
  s.fork(a, 101, {1 * kMs, 1 * kMs + 100});
  s.call(a, SYS_wait4, 0, {-1, WNOHANG, 0}, {2 * kMs, 2 * kMs + 10});
  s.call(a, SYS_wait4, 101, {-1, WUNTRACED, 0x137f}, {3 * kMs, 4 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, exit");
  EXPECT_EQ(count(p, "job-control stops"), 1U);
}

TEST(Processes, ReusedPidsAreAwaitedInOrder) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 100});
  s.exit_group(b, 2 * kMs);
  s.call(a, SYS_waitid, 0, {P_PID, 101, WEXITED, 101, 0}, {3 * kMs, 3 * kMs + 10});
  const ThreadId c = s.fork(a, 101, {4 * kMs, 4 * kMs + 100});
  s.exit_group(c, 5 * kMs);
  s.call(a, SYS_wait4, 101, {101, 0, 0}, {6 * kMs, 6 * kMs + 10});
  EXPECT_EQ(ops(s.compile(), a), "spawn 1, wait k0, spawn 2, wait k1, exit");
}

TEST(Processes, VforkParentWaitsForExec) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 3 * kMs, 0, 20}, CLONE_VM | CLONE_VFORK | SIGCHLD);
  s.call(b, SYS_execve, 0, {0}, {2 * kMs, 3 * kMs + 100, 7, 200});
  s.exit_group(b, 4 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "compute 20, spawn 1, wait k0, exit");
  EXPECT_EQ(ops(p, b), "compute 107, signal k0, compute 100, exit");
  EXPECT_NE(p.processes[0].sharing_group, p.processes[1].sharing_group);
}

TEST(Processes, VforkParentWaitsForExitIfThereIsNoExec) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 3 * kMs}, CLONE_VM | CLONE_VFORK | SIGCHLD);
  s.exit_group(b, 2 * kMs);
  EXPECT_EQ(ops(s.compile(), a), "spawn 1, wait k0, exit");
}

/// The first thread ends the process at 5 ms; the second is gone at 6 ms.
void exit_beside(Script& s, ThreadId first, ThreadId second) {
  s.entry_only(first, SYS_exit_group, {0}, 5 * kMs, 9);
  s.pseudo(second, PseudoEvent::threadExit, {0, 0}, 6 * kMs);
  s.pseudo(first, PseudoEvent::threadExit, {0, 1}, 6 * kMs + 100);
}

TEST(Processes, ExitGroupEndsBlockedSiblingsWithoutTheirUnfinishedCall) {
  Script s;
  const ThreadId a = s.root();
  s.pipe(a, 3, 4, 1 * kMs);
  const ThreadId b = s.thread(a, 201, 0x7000, {2 * kMs, 2 * kMs + 10});
  s.call(b, SYS_read, 0, {3, 100}, {3 * kMs, 6 * kMs, 30, 0, kUnfinished});
  exit_beside(s, a, b);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, compute 9, wait k0, finish s0, exit");
  EXPECT_EQ(ops(p, b), "compute 30, signal k0, exit");
  EXPECT_EQ(check(p), "");
}

// pthread_join makes no call for a thread that has ended.
TEST(Processes, WhoJoinsOneThreadJoinsThoseThatHadEnded) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.thread(a, 201, 0x7000, {1 * kMs, 1 * kMs + 10});
  const ThreadId c = s.thread(a, 202, 0x8000, {2 * kMs, 2 * kMs + 10});
  const ThreadId d = s.thread(a, 203, 0x9000, {3 * kMs, 3 * kMs + 10});
  s.exit_thread(b, 4 * kMs);
  s.call(a, SYS_futex, 0, {0x8000, FUTEX_WAIT, 202, -1, 0, 0, 0, 0}, {5 * kMs, 6 * kMs + 50'000});
  s.exit_thread(c, 6 * kMs);
  s.exit_thread(d, 7 * kMs);
  s.exit_group(a, 8 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, spawn 2, spawn 3, wait k1, wait k0, wait k2, exit");
  EXPECT_EQ(ops(p, b), "signal k0, exit");
  EXPECT_EQ(ops(p, c), "signal k1, exit");
  EXPECT_EQ(ops(p, d), "signal k2, exit");
}

TEST(Processes, AThreadThatKeepsTimeIsNotWaitedForAtTheEnd) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.thread(a, 201, 0x7000, {2 * kMs, 2 * kMs + 10});
  s.call(b, SYS_nanosleep, 0, {1 * kMs}, {3 * kMs, 4 * kMs + 50'000});
  exit_beside(s, a, b);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, compute 9, exit");
  EXPECT_EQ(ops(p, b), "sleep 1000000, exit killed");
}

TEST(Processes, AKilledProcessEndsWhenItsKillerSaysSo) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  s.call(b, SYS_epoll_wait, 0, {9, 100 * kMs}, {2 * kMs, 102 * kMs});
  s.call(b, SYS_epoll_wait, 0, {9, -1}, {103 * kMs, 200 * kMs, 0, 0, kUnfinished});
  s.call(a, SYS_kill, 0, {101, SIGTERM}, {199 * kMs, 199 * kMs + 10});
  s.pseudo(b, PseudoEvent::threadExit, {SIGTERM, 1}, 200 * kMs);
  s.call(a, SYS_wait4, 101, {101, 0, SIGTERM}, {200 * kMs, 201 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, signal k1, wait k0, exit");
  // The idle sleep does not hold up the end if the killer is earlier elsewhere.
  EXPECT_EQ(ops(p, b), "sleep 100000000 until +1, wait k1, signal k0, exit");
  EXPECT_EQ(check(p), "");
}

TEST(Processes, ACutTraceStillMakesASoundProgram) {
  Script s;
  const ThreadId a = s.root();
  s.pipe(a, 3, 4, 1 * kMs);
  const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 10});
  s.write(b, 4, 10, {3 * kMs, 3 * kMs + 10});
  s.call(a, SYS_wait4, 101, {-1, 0, 0}, {3 * kMs, 5 * kMs});  // the child's end itself is not in the trace
  Trace t = s.builder.build(6 * kMs);
  t.incomplete = "recording was cut";
  t.footer.reset();
  const Program p = replay::compile(t);
  EXPECT_EQ(ops(p, a), "spawn 1, exit");
  EXPECT_EQ(count(p, "lost causes"), 1U);
  ASSERT_EQ(p.warnings.size(), 1U);
  EXPECT_EQ(p.warnings[0], "recording was cut");
  EXPECT_EQ(check(p), "");
}

TEST(Processes, AnEmptyTraceIsRefused) { EXPECT_THROW(replay::compile(Trace{}), TraceError); }

}  // namespace
}  // namespace simrec::replay::test
