// Sleeps, timers, eventfd.
#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <cerrno>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

constexpr std::int64_t kKernelSignal = 128;  // SI_KERNEL
constexpr std::int64_t kTimerSignal = -2;    // SI_TIMER

TEST(Time, SleepsAreAsLongAsRequested) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_nanosleep, 0, {10 * kMs}, {1 * kMs, 11 * kMs + 60'000, 0, 20});
  s.call(a, SYS_clock_nanosleep, 0, {1, 0, 5 * kMs}, {12 * kMs, 17 * kMs});
  EXPECT_EQ(ops(s.compile(), a), "compute 10, sleep 10000000, compute 10, sleep 5000000, exit");
}

TEST(Time, SamplesAreNoBoundaries) {
  const auto recorded = [](bool sampled) {
    Script s;
    const ThreadId a = s.root();
    const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
    const auto sample = [&](ThreadId thread, Ns at, Ns burst) {
      s.call(thread, event_kind(PseudoEvent::sample), 0, {burst}, {at, -1, burst});
    };
    if (sampled) sample(a, 2 * kMs, 300);
    if (sampled) sample(a, 3 * kMs, 400);
    s.call(a, SYS_nanosleep, -EINTR, {100 * kMs}, {4 * kMs, 7 * kMs, sampled ? 50 : 750, 20});
    if (sampled) sample(a, 7 * kMs + 10, 5);  // between the interrupted call and its signal
    s.call(a, event_kind(PseudoEvent::signal), 0, {SIGUSR1, 0, 101}, {7 * kMs + 20, -1, sampled ? 3 : 8});
    if (sampled) sample(b, 6 * kMs, 60);
    s.call(b, SYS_kill, 0, {100, SIGUSR1}, {7 * kMs - 100, 7 * kMs - 90, sampled ? 10 : 70});
    const Program p = s.compile();
    return ops(p, a) + "\n" + ops(p, b);
  };
  EXPECT_EQ(recorded(true), recorded(false));
  EXPECT_EQ(recorded(true), "spawn 1, compute 760, wait k0, compute 18, exit\ncompute 70, signal k0, exit");
}

TEST(Time, ASleepEndedByASignalWaitsForItsSender) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.fork(a, 101, {1 * kMs, 1 * kMs + 10});
  s.call(b, SYS_kill, 0, {100, SIGUSR1}, {5 * kMs, 5 * kMs + 10, 70});
  s.call(a, SYS_nanosleep, -EINTR, {100 * kMs}, {2 * kMs, 5 * kMs + 30'000});
  s.pseudo(a, PseudoEvent::signal, {SIGUSR1, 0, 101}, 5 * kMs + 40'000);
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, wait k0, exit");
  EXPECT_EQ(ops(p, b), "compute 70, signal k0, exit");
}

TEST(Time, ATimerfdExpiresAtMultiplesOfItsIntervalAfterArming) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId timer = s.object(ObjectKind::timerfd);
  s.call(a, SYS_timerfd_create, 3, {1, 0, timer.value}, {1 * kMs});
  s.call(a, SYS_timerfd_settime, 0, {3, 0, 10 * kMs, 4 * kMs}, {2 * kMs, 2 * kMs + 10, 50});
  s.read(a, 3, 8, {3 * kMs, 12 * kMs});         // 1st, at +10
  s.read(a, 3, 8, {12 * kMs + 100, 16 * kMs});  // 2nd, at +14
  s.read(a, 3, 8, {25 * kMs, 25 * kMs + 10});   // 3rd and 4th, at +18 and +22: ready since +18
  s.read(a, 3, 8, {25 * kMs + 100, 28 * kMs});  // 5th, at +26
  EXPECT_EQ(ops(s.compile(), a),
            "compute 50, arm t0, expire t0 10000000, expire t0 14000000, expire t0 18000000, expire t0 26000000, exit");
}

TEST(Time, ArmingAgainIsANewTimer) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId timer = s.object(ObjectKind::timerfd);
  s.call(a, SYS_timerfd_create, 3, {1, 0, timer.value}, {1 * kMs});
  s.call(a, SYS_timerfd_settime, 0, {3, 0, 10 * kMs, 0}, {2 * kMs});
  s.call(a, SYS_timerfd_settime, 0, {3, 0, 7 * kMs, 0}, {3 * kMs});
  s.read(a, 3, 8, {4 * kMs, 10 * kMs});
  EXPECT_EQ(ops(s.compile(), a), "arm t0, arm t1, expire t1 7000000, exit");
}

TEST(Time, AlarmEndsAPause) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_alarm, 0, {1000 * kMs, 0}, {1 * kMs});
  s.call(a, SYS_pause, -EINTR, {}, {2 * kMs, 1001 * kMs});
  s.pseudo(a, PseudoEvent::signal, {SIGALRM, kKernelSignal, 0}, 1001 * kMs);
  EXPECT_EQ(ops(s.compile(), a), "arm t0, expire t0 1000000000, exit");
}

// Programs guard their waits with alarms (tftp): what one interrupts had a timeout, which expired while recording.
TEST(Time, AnAlarmThatInterruptsAWaitForOthersIsATimeout) {
  const auto compiled = [](std::uint16_t call, std::int64_t interval) {
    Script s;
    const ThreadId a = s.root();
    s.pipe(a, 3, 4, 500);
    s.call(a, SYS_setitimer, 0, {0, 1000 * kMs, interval}, {1 * kMs});
    if (call == SYS_read)
      s.read(a, 3, -EINTR, {2 * kMs, 1001 * kMs});
    else
      s.call(a, call, -EINTR, {}, {2 * kMs, 1001 * kMs});
    s.pseudo(a, PseudoEvent::signal, {SIGALRM, kKernelSignal, 0}, 1001 * kMs);
    return s.compile();
  };
  const auto timeouts = [](const Program& p) {
    return std::ranges::count_if(p.threads[0].ops, [](const Op& op) { return (op.flags & kExpired) != 0; });
  };
  const Program guarded = compiled(SYS_read, 0);
  EXPECT_EQ(ops(guarded, ThreadId{0}), "arm t0, expire t0 1000000000, exit");
  EXPECT_EQ(timeouts(guarded), 1);
  EXPECT_EQ(count(guarded, "expired timeouts"), 1U);
  EXPECT_EQ(timeouts(compiled(SYS_pause, 0)), 0);
  EXPECT_EQ(timeouts(compiled(SYS_read, 1000 * kMs)), 0) << "a tick";
}

TEST(Time, PosixTimersInterruptToo) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_timer_settime, 0, {0, 0, 5 * kMs, 5 * kMs}, {1 * kMs});
  for (int i = 1; i <= 2; ++i) {
    s.call(a, SYS_pause, -EINTR, {}, {(5 * i - 3) * kMs, (5 * i + 1) * kMs});
    s.pseudo(a, PseudoEvent::signal, {SIGUSR1, kTimerSignal, 0}, (5 * i + 1) * kMs);
  }
  EXPECT_EQ(ops(s.compile(), a), "arm t0, expire t0 5000000, expire t0 10000000, exit");
}

TEST(Eventfd, AReadWaitsForTheLastWriteBeforeItElseTheFirstDuringIt) {
  Script s;
  const ThreadId a = s.root();
  const ObjectId event = s.object(ObjectKind::eventfd);
  s.call(a, SYS_eventfd2, 3, {0, 0, event.value}, {1 * kMs});
  const ThreadId b = s.fork(a, 101, {2 * kMs, 2 * kMs + 10});
  s.call(b, SYS_write, 8, {3, 8}, {3 * kMs, 3 * kMs + 10});
  s.call(b, SYS_write, 8, {3, 8}, {4 * kMs, 4 * kMs + 10});
  s.read(a, 3, 8, {5 * kMs, 5 * kMs + 10});
  s.call(b, SYS_write, 8, {3, 8}, {7 * kMs, 7 * kMs + 10});
  s.call(b, SYS_write, 8, {3, 8}, {8 * kMs - 500'000, 8 * kMs});
  s.read(a, 3, 8, {6 * kMs, 9 * kMs});
  const Program p = s.compile();
  EXPECT_EQ(ops(p, a), "spawn 1, wait k0, wait k1, exit");
  EXPECT_EQ(ops(p, b), "signal k0, signal k1, exit");  // the 2nd and the 3rd write
}

/// One thread works, the other sleeps half a second and ends the process then.
Program works_until(Ns end, int calls, Ns burst) {
  Script s;
  const ThreadId a = s.root();
  const ThreadId b = s.thread(a, 201, 0x7000, {1 * kMs, 1 * kMs + 10});
  s.pipe(a, 3, 4, 1 * kMs);
  for (int i = 0; i < calls; ++i) s.write(b, 4, 10, {(10 + i) * kMs, (10 + i) * kMs + 20, burst});
  s.call(a, SYS_nanosleep, 0, {500 * kMs}, {2 * kMs, 502 * kMs});
  s.exit_group(a, end);
  return s.compile(end + kMs);
}

TEST(Time, AProgramThatWorksUntilATimeIsOverIsKnown) {
  EXPECT_EQ(works_until(510 * kMs, 100, 0).quality.deadline_ns, 500 * kMs);
  EXPECT_EQ(works_until(510 * kMs, 5, 40 * kMs).quality.deadline_ns, 500 * kMs) << "it computes";
  EXPECT_EQ(works_until(510 * kMs, 5, 0).quality.deadline_ns, 0) << "nobody works meanwhile";
  EXPECT_EQ(works_until(800 * kMs, 100, 0).quality.deadline_ns, 0) << "it goes on";
}

TEST(Time, AnAlarmIsADeadlineToo) {
  const auto program = [](std::int64_t interval) {
    Script s;
    const ThreadId a = s.root();
    s.pipe(a, 3, 4, 1 * kMs);
    s.entry_only(a, SYS_setitimer, {0, 300 * kMs, interval}, 2 * kMs);
    for (int i = 0; i < 30; ++i) s.write(a, 4, 10, {(10 + i) * kMs, (10 + i) * kMs + 20});
    s.pseudo(a, PseudoEvent::signal, {SIGALRM, 128, 0}, 302 * kMs);
    s.exit_group(a, 303 * kMs);
    return s.compile(304 * kMs);
  };
  EXPECT_EQ(program(0).quality.deadline_ns, 300 * kMs);
  EXPECT_EQ(program(300 * kMs).quality.deadline_ns, 0) << "a tick";
}

// A benchmark of several parts (openssl speed).
TEST(Time, AlarmsOneAfterTheOtherAreADeadline) {
  const auto program = [](Ns pause, int parts = 5) {
    Script s;
    const ThreadId a = s.root();
    s.pipe(a, 3, 4, 1 * kMs);
    Ns now = 2 * kMs;
    for (int part = 0; part < parts; ++part, now += 100 * kMs + pause) {
      s.entry_only(a, SYS_setitimer, {0, 100 * kMs, 0}, now);
      for (int i = 0; i < 30; ++i) s.write(a, 4, 10, {now + (10 + i) * kMs, now + (10 + i) * kMs + 20});
      s.pseudo(a, PseudoEvent::signal, {SIGALRM, 128, 0}, now + 100 * kMs);
    }
    s.exit_group(a, now);
    return s.compile(now + kMs);
  };
  EXPECT_EQ(program(1 * kMs).quality.deadline_ns, 504 * kMs);
  EXPECT_EQ(program(300 * kMs).quality.deadline_ns, 0) << "one of five parts is little of the run";
  EXPECT_EQ(program(1 * kMs, 100).quality.deadline_ns, 0) << "a tick that sets its alarm anew";
}

}  // namespace
}  // namespace simrec::replay::test
