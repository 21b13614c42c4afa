// Barriers: whoever comes last while recording does not wait, and needs the others all the same.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>

#include "tests/compile/three_threads.h"

namespace simrec::replay::test {
namespace {

constexpr std::int64_t kWord = 0x1000, kOther = 0x2000;
constexpr int kAll = 1'000'000;

/// Threads by number.
struct Three : ThreeThreads {
  void futex(int t, std::int64_t word, int op, std::int64_t value, std::int64_t result, When when) {
    ThreeThreads::futex(threads[static_cast<std::size_t>(t)], word, op, value, result, when);
  }
  /// Twice in a row, until then: as often as that is no busy wait yet, whose end needs no waking, either.
  void yields(int t, Ns from, Ns until) {
    constexpr int kTimes = 2;
    for (int i = 0; i < kTimes; ++i)
      call(threads[static_cast<std::size_t>(t)], SYS_sched_yield, 0, {},
           {from + i * (until - from) / kTimes, from + (i + 1) * (until - from) / kTimes - 10});
  }
  /// At 10 ms times `phase` all meet, the one that comes last 3 ms later.
  void meet(int phase, int last, int wait = FUTEX_WAIT) {
    const Ns at = 10 * kMs * phase;
    for (int t = 0; t < 3; ++t)
      if (t != last) futex(t, kWord, wait, 4 * phase, 0, {at + t * 1000, at + 3 * kMs + 20'000 + t * 1000});
    futex(last, kWord, FUTEX_WAKE, kAll, 2, {at + 3 * kMs, at + 3 * kMs + 10'000});
  }
  std::vector<Op> waits_of(const Program& p, int t) const {
    return test::waits_of(p, threads[static_cast<std::size_t>(t)]);
  }
  /// Waits without having slept while recording: for those who had arrived.
  std::size_t needed(const Program& p, int t) const {
    const std::vector<Op> waits = waits_of(p, t);
    return static_cast<std::size_t>(std::ranges::count_if(waits, [](const Op& op) { return op.flags & kPolls; }));
  }
  std::array<ThreadId, 3> threads = {a, b, c};
};

TEST(Barriers, WhoOpensOneNeedsAllThatHaveArrived) {
  Three s;
  for (int phase = 1; phase <= 7; ++phase) s.meet(phase, phase % 3);
  const Program p = s.compile();
  // The first meeting shows the word, the second who meets there, three more that it is a barrier.
  EXPECT_EQ(s.needed(p, 0), 2U);
  EXPECT_EQ(s.needed(p, 1), 2U);
  EXPECT_EQ(s.needed(p, 2), 0U);
  EXPECT_EQ(check(p), "");
}

TEST(Barriers, ConditionVariablesMakeThemToo) {
  Three s;
  for (int phase = 1; phase <= 6; ++phase) s.meet(phase, phase % 3, FUTEX_WAIT_BITSET);
  EXPECT_GT(s.needed(s.compile(), 0), 0U);
}

TEST(Barriers, WhoHasWorkForOthersAndWaitsForNobodyNeedsNobody) {
  Three s;
  for (int phase = 1; phase <= 8; ++phase) s.meet(phase, 0);
  EXPECT_EQ(s.needed(s.compile(), 0), 0U);
}

TEST(Barriers, WhoForksWorkAndJoinsItNeedsAllWorkers) {
  Three s;
  for (int phase = 1; phase <= 8; ++phase) {
    s.meet(phase, 0);
    const Ns at = 10 * kMs * phase + 4 * kMs;
    s.futex(0, kOther, FUTEX_WAIT, 0, 0, {at, at + 2 * kMs});
    s.futex(1 + phase % 2, kOther, FUTEX_WAKE, 1, 1, {at + 1 * kMs, at + 1 * kMs + 10});
  }
  EXPECT_EQ(s.needed(s.compile(), 0), 3U * 2U);
}

// A bounded queue on one core: 0 fills it and waits for room, 1 takes an item, wakes 0, takes the others and waits.
TEST(Barriers, WhoFillsAQueueNeedsNobody) {
  for (const Ns rest : {Ns{0}, 2 * kMs}) {
    Three s;
    for (int phase = 1; phase <= 8; ++phase) {
      const Ns at = 10 * kMs * phase;
      s.futex(1, kWord, FUTEX_WAIT_BITSET, 0, 0, {at, at + 1 * kMs + 20'000, rest});
      s.futex(0, kWord, FUTEX_WAKE, 1, 1, {at + 1 * kMs, at + 1 * kMs + 10'000});
      // It gets the core again when the other one sleeps.
      s.futex(0, kOther, FUTEX_WAIT_BITSET, 0, 0, {at + 2 * kMs, at + 10 * kMs + 500'000});
      s.futex(1, kOther, FUTEX_WAKE, 1, 1, {at + 3 * kMs, at + 3 * kMs + 10'000});
    }
    EXPECT_EQ(s.needed(s.compile(), 0) > 0, rest == 0) << "a worker sleeps at once when it has released who joins it";
  }
}

TEST(Barriers, ALockThatTwoPassToEachOtherIsNone) {
  Three s;
  for (int phase = 1; phase <= 8; ++phase) {
    const Ns at = 10 * kMs * phase;
    s.futex(phase % 2, kWord, FUTEX_WAIT, 2, 0, {at, at + 3 * kMs + 20'000});
    s.futex(1 - phase % 2, kWord, FUTEX_WAKE, 1, 1, {at + 3 * kMs, at + 3 * kMs + 10'000});
  }
  const Program p = s.compile();
  EXPECT_EQ(s.needed(p, 0) + s.needed(p, 1), 0U);
}

TEST(Barriers, TwoThatFeedEachOtherByTurnsAreNone) {
  Three s;
  for (int phase = 1; phase <= 8; ++phase) {
    const Ns at = 10 * kMs * phase;
    s.futex(phase % 2, kWord, FUTEX_WAIT_BITSET, 0, 0, {at, at + 3 * kMs + 20'000});
    s.futex(1 - phase % 2, kWord, FUTEX_WAKE, kAll, 1, {at + 3 * kMs, at + 3 * kMs + 10'000});
  }
  const Program p = s.compile();
  EXPECT_EQ(s.needed(p, 0) + s.needed(p, 1), 0U);
}

TEST(Barriers, WhoComesTooLateToSleepWaitsForTheOpening) {
  Three s;
  for (int phase = 1; phase <= 5; ++phase) s.meet(phase, phase % 3);
  // Thread 2 found the barrier closed, and open when it came to the kernel.
  s.futex(1, kWord, FUTEX_WAIT, 24, 0, {60 * kMs, 64 * kMs});
  s.futex(2, kWord, FUTEX_WAIT, 24, -EAGAIN, {62 * kMs, 63 * kMs + 500'000});
  s.futex(0, kWord, FUTEX_WAKE, kAll, 1, {63 * kMs, 63 * kMs + 10'000});
  const Program p = s.compile();
  const std::vector<Op> opener = s.waits_of(p, 0), sleeper = s.waits_of(p, 1), late = s.waits_of(p, 2);
  EXPECT_TRUE(opener.back().flags & kPolls);
  EXPECT_EQ(late.back().target, sleeper.back().target) << "both wait for the opening";
  EXPECT_EQ(s.needed(p, 0), 2U);
}

TEST(Barriers, WhoYieldsHasArrivedWhetherItSleepsThenOrPasses) {
  Three s;
  for (int phase = 1; phase <= 5; ++phase) s.meet(phase, phase % 3);
  // Thread 1 goes to sleep, thread 2 does not need to.
  s.yields(1, 60 * kMs, 61 * kMs);
  s.futex(1, kWord, FUTEX_WAIT, 24, 0, {61 * kMs, 64 * kMs});
  s.yields(2, 62 * kMs, 64 * kMs);
  s.futex(0, kWord, FUTEX_WAKE, kAll, 1, {63 * kMs, 63 * kMs + 10'000});
  // The next one opens when thread 1 has just yielded for the last time.
  s.yields(1, 70 * kMs, 71 * kMs);
  s.futex(0, kWord, FUTEX_WAIT, 28, 0, {70 * kMs, 72 * kMs});
  s.futex(2, kWord, FUTEX_WAKE, kAll, 1, {71 * kMs, 71 * kMs + 10'000});
  s.yields(1, 80 * kMs, 81 * kMs);
  const Program p = s.compile();
  EXPECT_EQ(s.needed(p, 0), 2U) << "both had arrived";
  EXPECT_EQ(s.needed(p, 1), 1U) << "it passed without sleeping, which shows when it yields again";
  EXPECT_EQ(s.needed(p, 2), 1U + 2U) << "it passed without sleeping, and opened the next one for two";
  EXPECT_EQ(check(p), "");
}

TEST(Barriers, ThatNobodySleepsAtAreKnown) {
  Three s;
  for (int phase = 1; phase <= 6; ++phase) {
    const Ns at = 10 * kMs * phase;
    for (int t = 0; t < 3; ++t)
      if (t != phase % 3) s.yields(t, at + t * 1000, at + 4 * kMs);
    s.futex(phase % 3, kWord, FUTEX_WAKE, kAll, 0, {at + 3 * kMs, at + 3 * kMs + 10'000});
  }
  const Program p = s.compile();
  EXPECT_EQ(s.needed(p, 0), 2U + 2U) << "it passed twice before it opened the sixth one";
  EXPECT_EQ(check(p), "");
}

TEST(Barriers, AWaitThatIsWokenForNothingGoesOn) {
  Three s;
  for (int phase = 1; phase <= 5; ++phase) s.meet(phase, phase % 3);
  s.futex(1, kWord, FUTEX_WAIT, 24, 0, {60 * kMs, 60 * kMs + 30'000});
  s.futex(1, kWord, FUTEX_WAIT, 24, 0, {60 * kMs + 40'000, 64 * kMs});
  s.futex(2, kWord, FUTEX_WAIT, 24, 0, {62 * kMs, 64 * kMs});
  s.futex(0, kWord, FUTEX_WAKE, kAll, 2, {63 * kMs, 63 * kMs + 10'000});
  EXPECT_EQ(s.needed(s.compile(), 0), 2U);
}

}  // namespace
}  // namespace simrec::replay::test
