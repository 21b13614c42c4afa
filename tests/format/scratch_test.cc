// Sequences beyond what memory may hold: the same as a vector, in a file that nobody sees.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/format/sample.h"
#include "trace-format/scratch_sequence.h"
#include "trace-format/trace.h"
#include "trace-format/trace_error.h"

namespace simrec {
namespace {

struct Item {
  std::uint64_t number = 0;
  std::uint32_t more = 0;
  bool operator==(const Item&) const = default;
};
using Items = ScratchSequence<Item>;

/// Sets $TMPDIR for a test.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& path) {
    if (const char* old = std::getenv("TMPDIR")) old_ = old;
    ::setenv("TMPDIR", path.c_str(), 1);
  }
  ~TemporaryFolder() { old_.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", old_.c_str(), 1); }

 private:
  std::string old_;
};

void fill(Items& items, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) items.push_back({i, static_cast<std::uint32_t>(i * 7)});
}

std::uint64_t sum_of(const Items& items) {
  std::uint64_t sum = 0;
  for (const Item& item : items) sum += item.number;
  return sum;
}

/// Pages of this process that are in memory, in bytes.
std::uint64_t resident_bytes() {
  std::ifstream in("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  in >> total >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string error_of(std::size_t chunks) {
  ScratchSpace space(0);
  try {
    for (std::size_t i = 0; i < chunks; ++i) space.allocate();
  } catch (const TraceError& error) {
    return error.what();
  }
  return "";
}

TEST(Scratch, BehavesLikeAVector) {
  for (const bool in_file : {false, true}) {
    const auto space = in_file ? std::make_shared<ScratchSpace>(0) : nullptr;
    Items items(space);
    std::vector<Item> expected;
    std::mt19937 random(7);
    const auto any = [&](std::size_t below) { return random() % below; };
    for (int round = 0; round < 40; ++round) {
      for (std::size_t i = any(3 * Items::kPerChunk); i > 0; --i) {
        const Item item{random(), static_cast<std::uint32_t>(i)};
        items.push_back(item);
        expected.push_back(item);
      }
      for (int i = 0; i < 500 && !expected.empty(); ++i) {
        const std::size_t at = any(expected.size());
        items[at].more += 1;
        expected[at].more += 1;
      }
      if (any(3) == 0) {
        const std::size_t left = any(expected.size() + 1);
        items.truncate(left);
        expected.resize(left);
      }
      ASSERT_EQ(items.size(), expected.size());
      if (!expected.empty()) {
        ASSERT_EQ(items.back(), expected.back());
      }
      ASSERT_TRUE(std::ranges::equal(items, expected));
    }
    const Items copy = items;
    Items moved = std::move(items);
    EXPECT_TRUE(items.empty());
    moved[0].more += 1;
    EXPECT_FALSE(copy == moved);
    EXPECT_TRUE(std::ranges::equal(copy, expected));
    if (in_file) {
      EXPECT_GT(space->file_bytes(), 0U);
    }
  }
}

TEST(Scratch, RunsCoverEverythingOnce) {
  Items items(std::make_shared<ScratchSpace>(0));
  fill(items, 3 * Items::kPerChunk + 5);
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < items.size();) {
    const auto run = items.run(i);
    ASSERT_FALSE(run.empty());
    for (const Item& item : run) ASSERT_EQ(item.number, expected++);
    i += run.size();
  }
  EXPECT_EQ(expected, items.size());
}

TEST(Scratch, IteratorsSearchAndPushingOwnElementsWorks) {
  Items items;
  items.push_back({3, 0});
  for (int i = 0; i < 100; ++i) items.push_back(items.front());
  EXPECT_EQ(items.back().number, 3U);
  Items sorted(std::make_shared<ScratchSpace>(0));
  fill(sorted, 4 * Items::kPerChunk);
  const auto found = std::ranges::lower_bound(sorted, 5'000U, {}, &Item::number);
  EXPECT_EQ(found - sorted.begin(), 5'000);
  EXPECT_EQ(found->number, 5'000U);
}

TEST(Scratch, LittleNeedsNoFile) {
  const auto space = std::make_shared<ScratchSpace>(4 * ScratchSpace::kChunkBytes);
  std::vector<Items> many(50, Items(space));
  for (Items& items : many) fill(items, 100);  // none fills a chunk
  fill(many[0], 3 * Items::kPerChunk);
  EXPECT_EQ(space->file_bytes(), 0U);
  fill(many[0], 3 * Items::kPerChunk);
  EXPECT_GT(space->file_bytes(), 0U);
}

TEST(Scratch, RoomIsUsedAgain) {
  const auto space = std::make_shared<ScratchSpace>(0);
  for (int i = 0; i < 20; ++i) {
    Items items(space);
    fill(items, 20 * Items::kPerChunk);
  }
  EXPECT_LE(space->file_bytes(), 8U << 20);
}

TEST(Scratch, OnlyAWindowIsInMemory) {
  constexpr std::uint64_t kItems = 8 << 20;  // 128 MiB
  Items items(std::make_shared<ScratchSpace>(0));
  fill(items, Items::kPerChunk);
  const std::uint64_t before = resident_bytes();
  items.clear();
  fill(items, kItems);
  EXPECT_EQ(sum_of(items), kItems * (kItems - 1) / 2);
  EXPECT_LT(resident_bytes(), before + (16U << 20));
}

TEST(Scratch, LeavesNothingBehind) {
  const test::TemporaryDirectory directory;
  const TemporaryFolder folder(directory.file(""));
  Items items(std::make_shared<ScratchSpace>(0));
  fill(items, 2 * Items::kPerChunk);
  EXPECT_TRUE(std::filesystem::is_empty(directory.file("")));
}

TEST(Scratch, NoRoomIsOneClearMessage) {
  {
    const TemporaryFolder folder("/nowhere/at/all");
    const std::string error = error_of(1);
    EXPECT_NE(error.find("/nowhere/at/all"), std::string::npos) << error;
    EXPECT_NE(error.find("TMPDIR"), std::string::npos) << error;
  }
  const pid_t child = ::fork();
  if (child == 0) {  // a limit is like a full disk
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{8 << 20, 8 << 20};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    ::_exit(error_of(1000).find("TMPDIR") == std::string::npos ? 1 : 0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(Scratch, AForkedChildReadsTheParentsAndWritesItsOwn) {
  Items items(std::make_shared<ScratchSpace>(0));
  fill(items, 40 * Items::kPerChunk);
  const std::uint64_t sum = sum_of(items);
  const pid_t child = ::fork();
  if (child == 0) {
    Items mine = items;
    for (Item& item : mine) item.number += 1;
    items.clear();
    fill(items, 40 * Items::kPerChunk);
    for (Item& item : items) item.number = 0;
    ::_exit(sum_of(mine) == sum + mine.size() && sum_of(items) == 0 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(sum_of(items), sum);
}

TEST(Scratch, EventsKeepTheirArguments) {
  const auto space = std::make_shared<ScratchSpace>(0);
  ThreadEvents events(space);
  const auto arguments = [](std::size_t i) {
    // Short lists mostly, a few of a good part of a chunk, and two that are longer than one.
    const std::size_t count = i % 5'000 == 77 ? 20'000 : i % 500 == 3 ? 6'000 : i % 4;
    std::vector<std::int64_t> list(count);
    for (std::size_t k = 0; k < count; ++k) list[k] = static_cast<std::int64_t>((i % 1'000) * 31 + k);
    return list;
  };
  constexpr std::size_t kEvents = 10'000;
  for (std::size_t i = 0; i < kEvents; ++i) {
    const auto list = arguments(i);
    Event event;
    event.kind = static_cast<std::uint16_t>(i % 300);
    event.entry_ns = static_cast<Ns>(i) * 1'000;
    event.exit_ns = event.entry_ns + (i % 100 == 0 ? 5'000'000'000 : 500);
    event.arguments = list;
    events.push(event);
  }
  EXPECT_GT(space->file_bytes(), 0U);
  for (std::size_t i = 0; i < kEvents; ++i) {
    const Event event = events[i];
    ASSERT_EQ(event.entry_ns, static_cast<Ns>(i) * 1'000);
    ASSERT_EQ(events.entry_ns(i), event.entry_ns);
    ASSERT_EQ(event.exit_ns - event.entry_ns, i % 100 == 0 ? 5'000'000'000 : 500);
    ASSERT_TRUE(std::ranges::equal(event.arguments, arguments(i))) << i;
  }
}

}  // namespace
}  // namespace simrec
