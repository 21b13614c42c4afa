// Waiting for signals: sigsuspend, sigtimedwait, signalfd, SIGCHLD, senders outside.
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

TEST(Signals, SigsuspendEndedByAChildWaitsForItsEnd) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  s.exit_group(b, 3 * kMs);
  s.call(a, SYS_rt_sigsuspend, -EINTR, {}, {2 * kMs, 4 * kMs});
  s.pseudo(a, PseudoEvent::signal, {SIGCHLD, CLD_EXITED, 101}, 4 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, wait k0, exit");
  EXPECT_EQ(p.threads[0].ops[1].cause, Cause::child);
}

TEST(Signals, SigtimedwaitTakesTheSignalOrSleeps) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  s.call(b, SYS_tgkill, 0, {100, 100, SIGUSR2}, {3 * kMs, 3 * kMs + 10});
  s.call(a, SYS_rt_sigtimedwait, SIGUSR2, {-1}, {2 * kMs, 3 * kMs + 40'000});
  s.call(a, SYS_rt_sigtimedwait, -EAGAIN, {5 * kMs}, {4 * kMs, 9 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, wait k0, sleep 5000000, exit");
  EXPECT_EQ(ops(p, b), "signal k0, exit");
}

TEST(Signals, SignalfdReadsWhatWasSent) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId fd = s.object(ObjectKind::signalfd);
  s.call(a, SYS_signalfd4, 3, {-1, 0, fd.value}, {1 * kMs});
  const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 10});
  s.call(b, SYS_kill, 0, {100, SIGTERM}, {4 * kMs, 4 * kMs + 10});
  s.read(a, 3, 128, {3 * kMs, 5 * kMs});
  EXPECT_EQ(ops(s.compile(), a), "spawn 1, wait k0, exit");
}

TEST(Signals, FromOutsideTheyAreRecordedWaits) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_pause, -EINTR, {}, {2 * kMs, 9 * kMs});
  s.pseudo(a, PseudoEvent::signal, {SIGINT, 128, 0}, 9 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "sleep 7000000, exit");
  EXPECT_EQ(count(p, "signals from outside"), 1U);
}

TEST(Signals, TheDeliveredSignalIsMatchedByNumber) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  s.call(b, SYS_kill, 0, {100, SIGUSR1}, {3 * kMs, 3 * kMs + 10, 100});
  s.call(b, SYS_kill, 0, {100, SIGUSR2}, {4 * kMs, 4 * kMs + 10, 100});
  s.call(a, SYS_pause, -EINTR, {}, {2 * kMs, 5 * kMs});
  s.pseudo(a, PseudoEvent::signal, {SIGUSR1, 0, 101}, 5 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, b), "compute 100, signal k0, compute 100, exit");
}

}  // namespace
}  // namespace simrec::replay::test
