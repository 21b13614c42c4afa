// Records of the hook: what is read from them, and what damaged ones do.
#include "recorder/fast/record.h"

#include <gtest/gtest.h>
#include <sys/syscall.h>

#include <cstring>
#include <memory>
#include <random>

#include "recorder/clocks.h"
#include "recorder/fast/tsc_clock.h"

namespace simrec::record {
namespace {

using Words = std::vector<std::uint64_t>;

Words record(std::uint16_t number, std::uint16_t flags, Words rest) {
  Words words{0, 1000, 1700, 42};
  words.insert(words.end(), rest.begin(), rest.end());
  const HookHead head{number, flags, static_cast<std::uint32_t>(words.size())};
  std::memcpy(words.data(), &head, sizeof head);
  return words;
}

TEST(FastRecord, ReadsRegistersClocksAndWordsByKind) {
  const Words words = record(SYS_epoll_wait, HOOK_CLOCK_AT_ENTRY | HOOK_CLOCK_AT_EXIT,
                             {5'000, 1'100, /*epfd*/ 7, /*timeout*/ 100, 6'000, 1'800, /*ready*/ 11, 12});
  const auto read = parse_record(words);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->number, SYS_epoll_wait);
  EXPECT_EQ(read->registers[0], 7U);
  EXPECT_EQ(read->registers[3], 100U);
  EXPECT_EQ(read->result, 42);
  EXPECT_EQ(read->clock_at_entry->cpu_ns, 5'000U);
  EXPECT_EQ(read->clock_at_entry->tsc_before, 1'000U);
  EXPECT_EQ(read->clock_at_entry->tsc_after, 1'100U);
  EXPECT_EQ(read->clock_at_exit->cpu_ns, 6'000U);
  EXPECT_EQ(read->clock_at_exit->tsc_before, 1'700U);
  EXPECT_EQ(Words(read->after.begin(), read->after.end()), (Words{11, 12}));
}

TEST(FastRecord, SaysHowLongTheHookAskedForTheRecorder) {
  Words after(sizeof(HookSocket) / sizeof(std::uint64_t), 7);
  after.back() = 2'900;
  Words rest{/*domain*/ 2, /*type*/ 1, /*protocol*/ 0};
  rest.insert(rest.end(), after.begin(), after.end());
  const Words words = record(SYS_socket, 0, rest);
  EXPECT_EQ(asked_until(*parse_record(words)), 2'900U);
  rest.back() = 0;  // switched off its core
  const Words disturbed = record(SYS_socket, 0, rest);
  EXPECT_FALSE(asked_until(*parse_record(disturbed)));
  const Words failed = record(SYS_socket, 0, {2, 1, 0});
  EXPECT_FALSE(asked_until(*parse_record(failed)));
}

TEST(FastRecord, ReadsACallThatIsStillUnderWay) {
  const auto read = parse_record(record(SYS_futex, 0, {0x1000, 0, 2, 0x2000, 0x3000, 9, 8}), false);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->registers[0], 0x1000U);
  EXPECT_EQ(Words(read->before.begin(), read->before.end()), (Words{9, 8}));
}

TEST(FastRecord, RefusesWhatIsNone) {
  EXPECT_FALSE(parse_record({}));
  EXPECT_FALSE(parse_record(Words{0, 0, 0}));
  EXPECT_FALSE(parse_record(record(SYS_execve, 0, {1, 2, 3})));
  EXPECT_FALSE(parse_record(record(SYS_read, 0, {1}))) << "an argument is missing";
  Words longer = record(SYS_read, 0, {1, 2});
  longer.push_back(0);
  EXPECT_FALSE(parse_record(longer));
}

TEST(RingReader, TakesRecordsAcrossTheEndOfTheRing) {
  const auto slot = std::make_unique<HookSlot>();
  slot->tail = slot->head = HOOK_RING_WORDS * 5 - 3;
  for (const std::uint64_t size : {100U, 200U}) {
    const Words words = record(SYS_write, 0, {1, size});
    for (std::size_t i = 0; i < words.size(); ++i) slot->ring[(slot->head + i) % HOOK_RING_WORDS] = words[i];
    slot->head += words.size();
  }
  {
    RingReader ring(*slot);
    EXPECT_EQ(ring.next()->registers[2], 100U);
    EXPECT_EQ(ring.next()->registers[2], 200U);
    EXPECT_FALSE(ring.next());
    EXPECT_FALSE(ring.damaged());
  }
  EXPECT_EQ(slot->tail, slot->head);
}

TEST(RingReader, SurvivesWhateverTheProgramWrites) {
  std::mt19937_64 random(1);
  const auto slot = std::make_unique<HookSlot>();
  for (int round = 0; round < 2'000; ++round) {
    for (int i = 0; i < 64; ++i) {
      const std::uint64_t value = random();
      slot->ring[random() % 256] = value >> (value % 64);
    }
    slot->tail = random() % 256;
    slot->head = random() % 4 == 0 ? random() : slot->tail + random() % 512;
    slot->phase = random() % 2;
    RingReader ring(*slot);
    for (int i = 0; i < HOOK_RING_WORDS && ring.next(); ++i) {
    }
    ring.begun();
  }
}

TEST(TscClock, AgreesWithTheKernelsClock) {
  TscClock clock;
  for (int i = 0; i < 20; ++i) {
    const Ns before = clock_now();
    const std::uint64_t tsc = __builtin_ia32_rdtsc();
    const Ns after = clock_now();
    clock.synchronise();
    constexpr Ns kSlack = 20'000;
    EXPECT_GE(clock.monotonic_ns(tsc), before - kSlack);
    EXPECT_LE(clock.monotonic_ns(tsc), after + kSlack);
    EXPECT_LE(clock.monotonic_ns(tsc), clock.monotonic_ns(tsc + 10));
  }
}

}  // namespace
}  // namespace simrec::record
