// futex, locks, semaphores, message queues.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/file.h>

#include <cerrno>

#include "tests/compile/three_threads.h"

namespace simrec::replay::test {
namespace {

constexpr std::int64_t kA = 0x1000, kB = 0x2000;

TEST(Futex, AWakeReleasesAsManyWaitersAsItReturned) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 5 * kMs + 30'000, 0, 10});
  s.futex(s.c, kA, FUTEX_WAIT_BITSET, 0, 0, {3 * kMs, 7 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 50'000, 100, 20});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {6 * kMs, 6 * kMs + 50'000});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, spawn 2, compute 120, signal k0, signal k1, exit");
  EXPECT_EQ(ops(p, s.b), "compute 5, wait k0, compute 5, exit");
  EXPECT_EQ(ops(p, s.c), "wait k1, exit");
}

TEST(Futex, WaitsForMutexesAreKnownByTheirValue) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT, 2, 0, {3 * kMs, 5 * kMs + 30'000});  // "held and somebody waits"
  s.futex(s.c, kB, FUTEX_WAIT, 0, 0, {3 * kMs, 7 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 10});
  s.futex(s.a, kB, FUTEX_WAKE, 1, 1, {6 * kMs, 6 * kMs + 10});
  const Program p = s.compile();
  EXPECT_TRUE(p.threads[s.b.value].ops[0].flags & kLock);
  EXPECT_FALSE(p.threads[s.c.value].ops[0].flags & kLock);
}

TEST(Futex, OneBroadcastReleasesAll) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 6 * kMs});
  s.futex(s.c, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 6 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 100, 2, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "wait k0, exit");
  EXPECT_EQ(ops(p, s.c), "wait k0, exit");
}

TEST(Futex, AWakeThatEndedBeforeTheWaitBeganIsNotItsCause) {
  ThreeThreads s;
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {3 * kMs, 3 * kMs + 10});
  s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {4 * kMs, 6 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "sleep 2000000, exit");
  EXPECT_EQ(count(p, "unmatched futex waits"), 1U);
}

TEST(Futex, RequeuedWaitersAreReleasedThroughTheSecondAddress) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 6 * kMs});
  s.futex(s.c, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 9 * kMs});
  s.futex(s.a, kA, FUTEX_CMP_REQUEUE, 1, 2, {5 * kMs, 5 * kMs + 10}, -1, kB, 100);
  s.futex(s.a, kB, FUTEX_WAKE, 1, 1, {8 * kMs, 8 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, spawn 2, signal k0, signal k1, exit");
  EXPECT_EQ(ops(p, s.b), "wait k0, exit");
  EXPECT_EQ(ops(p, s.c), "wait k1, exit");
}

TEST(Futex, TimeoutsSleepEagainDoesNothing) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT, 0, -ETIMEDOUT, {3 * kMs, 8 * kMs}, 5 * kMs);
  s.futex(s.b, kA, FUTEX_WAIT, 0, -EAGAIN, {9 * kMs, 9 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "sleep 5000000, exit");
  EXPECT_EQ(count(p, "expired timeouts"), 1U);
}

// A tick: where it is told to stop earlier, it waits for fewer timeouts.
TEST(Futex, WhoIsReleasedWouldHaveBeenEarlierToo) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT_BITSET, 0, -ETIMEDOUT, {3 * kMs, 8 * kMs}, 5 * kMs);
  s.futex(s.b, kB, FUTEX_WAIT_BITSET, 0, -ETIMEDOUT, {8 * kMs + 10, 11 * kMs}, 3 * kMs);
  s.futex(s.b, kA + 4, FUTEX_WAIT_BITSET, 0, -ETIMEDOUT, {11 * kMs + 10, 16 * kMs}, 5 * kMs);
  s.futex(s.b, kA, FUTEX_WAIT_BITSET, 0, 0, {16 * kMs + 10, 18 * kMs}, 5 * kMs);
  s.futex(s.b, kA, FUTEX_WAIT_BITSET, 0, 0, {19 * kMs, 20 * kMs}, 5 * kMs);
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {17 * kMs, 17 * kMs + 10});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {19 * kMs + 50, 20 * kMs - 10});
  EXPECT_EQ(ops(s.compile(), s.b),
            "sleep 5000000 until +3, sleep 3000000, sleep 5000000 until +1, wait k0, wait k1, exit")
      << "another word's timeout stays as it was";
}

TEST(Futex, WhoGaveUpALockDidNotWaitForItsNextHolder) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT_BITSET, 2, -ETIMEDOUT, {3 * kMs, 8 * kMs}, 5 * kMs);
  s.futex(s.b, kA, FUTEX_WAIT, 2, 0, {16 * kMs, 18 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {17 * kMs, 17 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "sleep 5000000, wait k0, exit");
  EXPECT_TRUE(p.threads[s.b.value].ops[1].flags & kLock);
}

TEST(Futex, PriorityInheritanceLocksWaitForTheUnlock) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_LOCK_PI, 0, 0, {3 * kMs, 6 * kMs});
  s.futex(s.a, kA, FUTEX_UNLOCK_PI, 0, 0, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "wait k0, exit");
}

constexpr std::int64_t kHeld = 2;  // a mutex's word: held, and somebody waits

TEST(Futex, WhoHeldALockMayComeLaterElsewhere) {
  ThreeThreads s;
  s.futex(s.a, kB, FUTEX_WAIT, 0, 0, {2 * kMs, 3 * kMs});
  s.futex(s.c, kB, FUTEX_WAKE, 1, 1, {2 * kMs + 500'000, 2 * kMs + 500'010});
  s.futex(s.b, kA, FUTEX_WAIT, kHeld, 0, {4 * kMs, 6 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  const std::vector<Op> waits = waits_of(p, s.b);
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_FALSE(waits[0].flags & kYields) << "not known to bring its work itself: law, but a doubt";
  ASSERT_EQ(waits[0].value, 1);
  ASSERT_EQ(p.gates.size(), 1U);  // b comes first unless c has woken a
  EXPECT_EQ(p.gates[0].kind, OpKind::wait);
  EXPECT_EQ(p.gates[0].target, waits_of(p, s.a).at(0).target);
}

constexpr const char* kPythonModule = "/usr/lib/python3.11/encodings/__init__.py";

/// All three compute until 500 ms: no lock keeps them from that.
void at_once(ThreeThreads& s) {
  for (const ThreadId t : {s.a, s.b, s.c}) s.call(t, SYS_getppid, 1, {}, {500 * kMs, -1, 400 * kMs});
}

// Python, with extensions that let go of the lock: b waits for it, which a gets first, as it has received something
// meanwhile, and passes on. Where a has not received that yet, it does not have the lock.
TEST(Futex, ALockOfTimeSlicesIsNotWaitedForIfItsHolderIsStillReceiving) {
  const auto compiled = [](Ns timeout) {
    ThreeThreads s;
    s.open(s.a, kPythonModule, 2 * kMs + 12);
    s.pipe(s.a, 3, 4, 2 * kMs + 20);
    const ThreadId peer = s.fork(s.a, 301, {2 * kMs + 30, 2 * kMs + 40});
    s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 7 * kMs}, timeout);
    s.write(peer, 4, 10, {4 * kMs, 4 * kMs + 10});
    s.read(s.a, 3, 10, {3 * kMs, 4 * kMs + 20});
    s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {6 * kMs, 6 * kMs + 10});
    at_once(s);
    return s.compile();
  };
  const Program sliced = compiled(5 * kMs), longer = compiled(6 * kMs);
  const auto wait_of_b = [](const Program& p) { return waits_of(p, ThreadId{1}).at(0); };
  EXPECT_TRUE(wait_of_b(sliced).flags & kYields);
  ASSERT_EQ(sliced.gates.size(), 1U);
  EXPECT_EQ(sliced.gates[0].kind, OpKind::recv);
  EXPECT_EQ(wait_of_b(longer).value, 0) << "any other condition variable: a brought something";
}

// Nobody waits for a particular thread to let go: whoever comes first computes. Timeouts that expired meanwhile are no
// sleeps.
TEST(Futex, ThreadsOfAnInterpreterComputeOneAtATime) {
  const auto compiled = [](const char* path, bool overlaps, Order order = Order::arrival) {
    ThreeThreads s;
    s.open(s.a, path, 2 * kMs + 12);
    s.futex(s.b, kA, FUTEX_WAIT, 0, -ETIMEDOUT, {3 * kMs, 8 * kMs}, 5 * kMs);
    s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {8 * kMs + 10, 9 * kMs}, 5 * kMs);
    s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {9 * kMs - 40, 9 * kMs - 30, 6 * kMs});
    if (overlaps) at_once(s);
    return s.compile(1'000'000'000, order);
  };
  const auto waits = [](const Program& p) {
    return std::ranges::count_if(p.threads[1].ops, [](const Op& op) { return op.kind != OpKind::compute; });
  };
  const Program python = compiled(kPythonModule, false);
  EXPECT_EQ(python.processes[0].interpreter_slice_ns, 5 * kMs);
  EXPECT_EQ(waits(python), 1) << "its exit";
  EXPECT_EQ(count(python, "waits for an interpreter's lock, taken in turns"), 2U);
  EXPECT_EQ(count(python, "expired timeouts"), 0U);
  for (const Program& other : {compiled(kPythonModule, true), compiled("/usr/lib/libperl.so", false),
                               compiled(kPythonModule, false, Order::recorded)}) {
    EXPECT_EQ(other.processes[0].interpreter_slice_ns, 0);
    EXPECT_EQ(waits(other), 3);
  }
}

// CPython's lock is a structure: who gives it away may wait, for as long as it takes, at words beside those that the
// others wait at in time slices. That, too, orders no threads; a wait elsewhere does, and one beside a word that only
// one thread at a time waits at, which is a program's own.
TEST(Futex, WaitsAtTheOtherWordsOfPythonsLockAreForIt) {
  const auto waits_where = [](std::int64_t address, Ns second_begins) {
    ThreeThreads s;
    s.open(s.a, kPythonModule, 2 * kMs + 12);
    s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 4 * kMs}, 5 * kMs);
    s.futex(s.c, kA, FUTEX_WAIT, 0, 0, {second_begins, 5 * kMs}, 5 * kMs);
    s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {4 * kMs - 40, 4 * kMs - 30});
    s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs - 40, 5 * kMs - 30});
    s.futex(s.a, address, FUTEX_WAIT, 3, 0, {5 * kMs, 6 * kMs}, -1);
    s.futex(s.b, address, FUTEX_WAKE, 1, 1, {6 * kMs - 40, 6 * kMs - 30});
    return waits_of(s.compile(), s.a).size();
  };
  EXPECT_EQ(waits_where(kA - 24, 3 * kMs + 500'000), 0U);
  EXPECT_EQ(waits_where(kA + 88, 3 * kMs + 500'000), 0U);
  EXPECT_EQ(waits_where(kA + 4096, 3 * kMs + 500'000), 1U);
  EXPECT_EQ(waits_where(kA + 88, 4 * kMs + 500'000), 1U);
}

// Ruby: one of those who wait for the interpreter's lock keeps the time. Sleeps and queues have timeouts of their own,
// or none: they stay what they are.
TEST(Futex, WaitsForRubysLockAreKnownByItsTimeSlice) {
  const auto compiled = [](const char* library, Ns timeout, bool overlaps) {
    ThreeThreads s;
    s.open(s.a, library, 2 * kMs + 10);
    s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {3 * kMs, 4 * kMs}, timeout);
    s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {3 * kMs + 50, 4 * kMs - 10});
    s.futex(s.b, kA, FUTEX_WAIT, 0, -ETIMEDOUT, {5 * kMs, 55 * kMs}, 50 * kMs);
    s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {60 * kMs, 61 * kMs}, -1);
    s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {60 * kMs + 50, 61 * kMs - 10});
    if (overlaps) at_once(s);
    return s.compile();
  };
  constexpr const char* kRuby = "/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1";
  const auto counted = [](const Program& p) { return count(p, "waits for Ruby's lock in the recorded order"); };
  EXPECT_EQ(counted(compiled(kRuby, 100 * kMs, true)), 1U);
  EXPECT_EQ(counted(compiled(kRuby, 101 * kMs, true)), 0U);
  EXPECT_EQ(counted(compiled("/usr/lib/x86_64-linux-gnu/libperl.so.5.36", 100 * kMs, true)), 0U);
  const Program in_turn = compiled(kRuby, 100 * kMs, false);
  EXPECT_EQ(in_turn.processes[0].interpreter_slice_ns, 100 * kMs);
  EXPECT_EQ(ops(in_turn, ThreadId{1}), "sleep 50000000 until +1, wait k0, exit") << "its own sleep, and the queue";
}

// A program that goes on as another one: nothing of the first interpreter's is left in the ops.
TEST(Futex, AnInterpreterEndsWithItsImage) {
  ThreeThreads s;
  s.open(s.a, kPythonModule, 2 * kMs + 12);
  s.futex(s.a, kA, FUTEX_WAIT, 0, -ETIMEDOUT, {3 * kMs, 8 * kMs}, 5 * kMs);
  s.pseudo(s.a, PseudoEvent::execDone, {}, 9 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(p.processes[0].interpreter_slice_ns, 0);
  for (const Op& op : p.threads[0].ops) EXPECT_LT(op.flags, 2 * kUnlocked);
}

// Whether a timer has expired says nothing about who comes first: the gate is what came before.
TEST(Futex, AGateIsTheLatestWaitThatCanBeOne) {
  ThreeThreads s;
  s.futex(s.a, kB, FUTEX_WAIT, 0, 0, {2 * kMs, 3 * kMs});
  s.futex(s.c, kB, FUTEX_WAKE, 1, 1, {2 * kMs + 500'000, 2 * kMs + 500'010});
  s.call(s.a, SYS_timerfd_create, 9, {0, 0, s.object(ObjectKind::timerfd).value}, {3 * kMs + 10});
  s.call(s.a, SYS_timerfd_settime, 0, {9, 0, 500'000, 0}, {3 * kMs + 20});
  s.call(s.a, SYS_read, 8, {9, 8}, {3 * kMs + 30, 3 * kMs + 500'020});
  s.futex(s.b, kA, FUTEX_WAIT, kHeld, 0, {4 * kMs, 6 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  ASSERT_EQ(p.gates.size(), 1U);
  EXPECT_EQ(p.gates[0].target, waits_of(p, s.a).at(0).target);
}

TEST(Futex, WhoWaitsItselfBeforeItWakesBringsSomething) {
  ThreeThreads s;
  s.futex(s.b, kA, FUTEX_WAIT, kHeld, 0, {2 * kMs, 6 * kMs});
  s.futex(s.a, kB, FUTEX_WAIT, 0, 0, {3 * kMs, 4 * kMs});
  s.futex(s.c, kB, FUTEX_WAKE, 1, 1, {3 * kMs + 500'000, 3 * kMs + 500'010});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(waits_of(p, s.b).at(0).value, 0);
  EXPECT_TRUE(p.gates.empty());
}

TEST(Futex, AQueueIsWaitedForWhoeverComesFirst) {
  ThreeThreads s;  // the same as a lock, but its word does not say so, and b serves nobody
  s.futex(s.a, kB, FUTEX_WAIT, 0, 0, {2 * kMs, 3 * kMs});
  s.futex(s.c, kB, FUTEX_WAKE, 1, 1, {2 * kMs + 500'000, 2 * kMs + 500'010});
  s.futex(s.b, kA, FUTEX_WAIT, 0, 0, {4 * kMs, 6 * kMs});
  s.futex(s.a, kA, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 10});
  const Op wait = waits_of(s.compile(), s.b).at(0);
  EXPECT_EQ(wait.value, 1);
  EXPECT_FALSE(wait.flags & kYields);
}

TEST(Futex, WaitvReturnsWhichOneWasWoken) {
  ThreeThreads s;
  s.call(s.b, SYS_futex_waitv, 1, {0, -1, 2, kA, kB}, {3 * kMs, 6 * kMs});
  s.futex(s.a, kB, FUTEX_WAKE, 1, 1, {5 * kMs, 5 * kMs + 10});
  EXPECT_EQ(ops(s.compile(), s.b), "wait k0, exit");
}

TEST(Futex, AThreadsEndReleasesItsJoiner) {
  ThreeThreads s;
  s.exit_thread(s.b, 5 * kMs);
  s.futex(s.a, 0x7001, FUTEX_WAIT_BITSET & ~FUTEX_PRIVATE_FLAG, 201, 0, {4 * kMs, 6 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, spawn 2, wait k0, exit");
  EXPECT_EQ(ops(p, s.b), "signal k0, exit");
}

TEST(Futex, SameAddressInAnotherProcessIsAnotherFutexUnlessShared) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  const std::int64_t memory = s.object(ObjectKind::sharedMemory).value;
  s.call(b, SYS_futex, 0, {kA, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, -1, 0, 0, 0, 0}, {2 * kMs, 4 * kMs});
  s.call(a, SYS_futex, 1, {kA, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, -1, 0, 0, 0, 0}, {3 * kMs, 3 * kMs + 10});
  s.call(b, SYS_futex, 0, {0x9000, FUTEX_WAIT, 0, -1, memory, 64, 0, 0}, {5 * kMs, 7 * kMs});
  s.call(a, SYS_futex, 1, {0x5000, FUTEX_WAKE, 1, -1, memory, 64, 0, 0}, {6 * kMs, 6 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, b), "sleep 2000000, wait k0, exit");
  EXPECT_EQ(p.processes[0].sharing_group, p.processes[1].sharing_group);
}

TEST(Locks, ABlockedLockWaitsForTheLatestRelease) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  const ObjectId file = s.object(ObjectKind::file);
  s.call(a, SYS_openat, 3, {O_RDWR, 0, file.value}, {2 * kMs});
  s.call(b, SYS_openat, 3, {O_RDWR, 0, file.value}, {2 * kMs});
  s.call(a, SYS_flock, 0, {3, LOCK_EX}, {3 * kMs, 3 * kMs + 10});
  s.call(b, SYS_flock, 0, {3, LOCK_EX}, {4 * kMs, 6 * kMs});
  s.call(a, SYS_flock, 0, {3, LOCK_UN}, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, signal k0, exit");
  EXPECT_EQ(ops(p, b), "wait k0, exit");
}

TEST(Locks, ClosingReleasesRecordLocks) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  const ObjectId file = s.object(ObjectKind::file);
  s.call(a, SYS_openat, 3, {O_RDWR, 0, file.value}, {2 * kMs});
  s.call(b, SYS_openat, 3, {O_RDWR, 0, file.value}, {2 * kMs});
  s.call(a, SYS_fcntl, 0, {3, F_SETLK, 0, F_WRLCK, 0, 0, 0}, {3 * kMs});
  s.call(b, SYS_fcntl, 0, {3, F_SETLKW, 0, F_WRLCK, 0, 0, 0}, {4 * kMs, 6 * kMs});
  s.close(a, 3, 5 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, b), "wait k0, exit");
  EXPECT_EQ(check(p), "");
}

TEST(Locks, FailedTriesAreCounted) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId file = s.object(ObjectKind::file);
  s.call(a, SYS_openat, 3, {O_RDWR, 0, file.value}, {2 * kMs});
  s.call(a, SYS_flock, -EAGAIN, {3, LOCK_EX | LOCK_NB}, {3 * kMs, 3 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "exit");
  EXPECT_EQ(count(p, "lock winners"), 1U);
}

TEST(Semaphores, ABlockedDecrementWaitsForAnIncrement) {
  ThreeThreads s;
  s.call(s.b, SYS_semop, 0, {77, 1, 0, -1}, {3 * kMs, 6 * kMs});
  s.call(s.a, SYS_semop, 0, {77, 1, 0, 1}, {5 * kMs, 5 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.a), "spawn 1, spawn 2, signal k0, exit");
  EXPECT_EQ(ops(p, s.b), "wait k0, exit");
}

TEST(Queues, TheKthMessageReceivedIsTheKthSent) {
  ThreeThreads s;
  s.call(s.a, SYS_msgsnd, 0, {5, 10, 0}, {3 * kMs});
  s.call(s.a, SYS_msgsnd, 0, {5, 10, 0}, {4 * kMs});
  s.call(s.b, SYS_msgrcv, 10, {5, 10, 0, 0}, {5 * kMs, 5 * kMs + 10});
  s.call(s.c, SYS_msgrcv, 10, {5, 10, 0, 0}, {6 * kMs, 6 * kMs + 10});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, s.b), "wait k0, exit");
  EXPECT_EQ(ops(p, s.c), "wait k1, exit");
}

}  // namespace
}  // namespace simrec::replay::test
