// The recorded critical path without the tracing cost.
#include <gtest/gtest.h>

#include "tests/compile/script.h"

namespace simrec::replay::test {
namespace {

constexpr Ns kUs = 1000;

/// Every whole call costs 10 µs of wall time, an entry-only one 6.
Trace with_ledger(Script& s, Ns end) {
  Trace t = s.builder.build(end);
  StopCost whole;
  whole.wall_ns = 10 * kUs;
  StopCost entry = whole;
  entry.whole_call = false;
  entry.wall_ns = 6 * kUs;
  t.header.calibration.stops = {whole, entry};
  t.footer->recorder_cpu_ns = 0;
  return t;
}

TEST(NativeEstimate, CallsThatDoNotWaitGiveBackWhatNothingElseExplains) {
  Script s;
  const ThreadId a = s.root();
  // 100 µs burst, then a call of 2 µs CPU that took 12 µs: 10 µs are the tracer's. Twice.
  s.call(a, SYS_getpid, 0, {}, {100 * kUs, 112 * kUs, 100 * kUs, 2 * kUs});
  s.call(a, SYS_getpid, 0, {}, {212 * kUs, 224 * kUs, 100 * kUs, 2 * kUs});
  EXPECT_EQ(replay::compile(with_ledger(s, 224 * kUs)).native_estimate_ns, 204 * kUs);
}

TEST(NativeEstimate, OnTheFastPathAThreadThatLostItsCoreLostItToTheProgram) {
  Script s;
  const ThreadId a = s.root();
  // 2 us of CPU in 52 us, of which tracing takes 0.2 and the recorder nothing: 49.8 us without a core.
  s.call(a, SYS_getpid, 0, {},
         {.entry = 100 * kUs, .exit = 152 * kUs, .burst = 100 * kUs, .cpu = 2 * kUs, .flags = kFast});
  Trace t = with_ledger(s, 152 * kUs);
  StopCost fast;
  fast.tier = 2;
  fast.wall_ns = 200;
  t.header.calibration.stops.push_back(fast);
  const Program program = replay::compile(t);
  EXPECT_EQ(program.native_estimate_ns, 152 * kUs - 200);
  EXPECT_EQ(program.quality.crowded_ns, 50 * kUs - 200);
}

TEST(NativeEstimate, RecordsOfTheFastPathAreHandledInBatchesSomewhereNearThem) {
  Script s;
  const ThreadId a = s.root();
  // 2 us of CPU in 52 us, then two calls that lose nothing. The recorder used 30 us for the three, any time.
  s.call(a, SYS_getpid, 0, {},
         {.entry = 100 * kUs, .exit = 152 * kUs, .burst = 100 * kUs, .cpu = 2 * kUs, .flags = kFast});
  s.call(a, SYS_getpid, 0, {},
         {.entry = 900 * kUs, .exit = 902 * kUs, .burst = 748 * kUs, .cpu = 2 * kUs, .flags = kFast});
  s.call(a, SYS_getpid, 0, {}, {.entry = 902 * kUs, .exit = 904 * kUs, .burst = 0, .cpu = 2 * kUs, .flags = kFast});
  Trace t = with_ledger(s, 904 * kUs);
  t.footer->end_ns = 904 * kUs;
  t.footer->recorder_cpu_ns = 30 * kUs;
  // The program kept 854 of the 874 us busy that the recorder left of the one core.
  const Program program = replay::compile(t);
  EXPECT_NEAR(static_cast<double>(program.native_estimate_ns), 874.7 * kUs, 20);
  EXPECT_NEAR(static_cast<double>(program.quality.crowded_ns), 20.7 * kUs, 20);
  t.header.host.cores = 4;  // the recorder found an idle one three times in four
  EXPECT_NEAR(static_cast<double>(replay::compile(t).native_estimate_ns), 896.8 * kUs, 200);
}

TEST(Quality, SumsWhatTheLedgerRemovedAndWhatOtherProgramsTook) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_getpid, 0, {}, {100 * kUs, 112 * kUs, 100 * kUs, 2 * kUs});
  // 50 us burst in 90 us, of which 6 to 10 us are tracing: the rest went to somebody else.
  s.call(a, SYS_getpid, 0, {}, {202 * kUs, 214 * kUs, 50 * kUs, 2 * kUs});
  Trace t = with_ledger(s, 214 * kUs);
  for (StopCost& stop : t.header.calibration.stops) {
    stop.burst_bias_ns = 1 * kUs;
    stop.residual_ns = 100;
  }
  const RecordingQuality quality = replay::compile(t).quality;
  EXPECT_EQ(quality.program_cpu_ns, 152 * kUs);
  EXPECT_EQ(quality.interception_cpu_ns, 2 * kUs);
  EXPECT_EQ(quality.ledger_residual_ns, 200);
  EXPECT_EQ(quality.waited_for_core_ns, 30 * kUs);
  EXPECT_FALSE(quality.partial);
  t.footer->recorder_cpu_ns = 25 * kUs;
  t.footer->truncated_by = "--duration";
  EXPECT_EQ(replay::compile(t).quality.waited_for_core_ns, 5 * kUs) << "the recorder's share is not other programs'";
  EXPECT_TRUE(replay::compile(t).quality.partial);
}

TEST(NativeEstimate, AGenuineSleepGivesBackAtMostTheLedgersCost) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_nanosleep, 0, {1000 * kUs}, {10 * kUs, 1030 * kUs, 10 * kUs});
  EXPECT_EQ(replay::compile(with_ledger(s, 1030 * kUs)).native_estimate_ns, 1020 * kUs);
}

TEST(NativeEstimate, AWaitWhoseEndNothingExplainsIsNoInterception) {
  Script s;
  const ThreadId a = s.root();
  s.call(a, SYS_getpid, 0, {}, {100 * kUs, 30'112 * kUs, 100 * kUs, 2 * kUs});
  EXPECT_EQ(replay::compile(with_ledger(s, 30'112 * kUs)).native_estimate_ns, 30'102 * kUs);
}

TEST(NativeEstimate, TracingOfAThreadThatWasAwaitedAnywayIsNotOnThePath) {
  Script s;
  const ThreadId a = s.root();
  s.pipe(a, 3, 4, 0);
  const ThreadId b = s.fork(a, 101, {0, 0});
  // The parent makes ten traced calls, then waits for the child, which computes for 1 ms without any.
  for (int i = 0; i < 10; ++i) s.call(a, SYS_getpid, 0, {}, {(i * 20 + 10) * kUs, (i * 20 + 20) * kUs, 10 * kUs, 0});
  s.write(b, 4, 1, {1000 * kUs, 1010 * kUs, 1000 * kUs - 1});
  s.read(a, 3, 1, {210 * kUs, 1015 * kUs});
  // On the path: the child's 1000 µs and the 15 µs from its write's entry to the read's return, all tracing.
  EXPECT_EQ(replay::compile(with_ledger(s, 1015 * kUs)).native_estimate_ns, 1000 * kUs);
}

TEST(NativeEstimate, WaitingForACoreIsSharedBetweenProgramAndRecorder) {
  Script s;
  const ThreadId a = s.root();
  std::vector<std::int64_t> none;
  Event e;
  e.thread = a;
  e.kind = SYS_getpid;
  e.entry_ns = 100 * kUs;
  e.exit_ns = 150 * kUs;
  e.burst_ns = 100 * kUs;
  e.ready_ns = 40 * kUs;
  s.builder.event(e);
  Trace t = with_ledger(s, 150 * kUs);
  t.footer->end_ns = 150 * kUs;
  t.footer->recorder_cpu_ns = 30 * kUs;  // one event, in the second 100 µs
  // 10 µs that nothing explains, and of the 40 µs the 15 that the recorder is taken to have used from 100 to 150 µs.
  EXPECT_EQ(replay::compile(t).native_estimate_ns, 125 * kUs);
}

}  // namespace
}  // namespace simrec::replay::test
