// Cut and damaged files: read up to the last whole frame, and said so.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sample.h"

namespace simrec::test {
namespace {

/// A file of several frames, small enough to try every byte of it.
const std::string& small_file() {
  static const std::string bytes = sample_bytes(2, 16, {.events_per_block = 4, .frame_bytes = 1});
  return bytes;
}

/// What reading gave before it ended or failed.
struct Outcome {
  std::string error;
  std::string incomplete;
  std::vector<std::string> events;
  bool footer = false;
};

Outcome read(const std::string& path) {
  Outcome outcome;
  try {
    TraceReader reader(path);
    while (const auto events = reader.next()) {
      for (const Event& event : *events) outcome.events.push_back(text_of(event));
    }
    outcome.incomplete = reader.incomplete();
    outcome.footer = reader.footer().has_value();
  } catch (const TraceError& e) {
    outcome.error = e.what();
  }
  return outcome;
}

/// Where frames end, found with nothing but the format's description: the seek table.
std::vector<std::size_t> frame_ends(const std::string& file) {
  const auto u32 = [&file](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(file[at + i]);
    return value;
  };
  const std::size_t frames = u32(file.size() - 9);
  const std::size_t table = file.size() - 9 - frames * 8;
  std::vector<std::size_t> ends;
  std::size_t end = 0;
  for (std::size_t i = 0; i < frames; ++i) ends.push_back(end += u32(table + i * 8));
  EXPECT_EQ(end + 8, table);
  EXPECT_EQ(u32(end), 0x184D2A5E);
  EXPECT_EQ(u32(file.size() - 4), 0x8F92EAB1);
  return ends;
}

TEST(Damage, CutAtEveryByteIsReadableUpToTheLastWholeFrame) {
  const std::string& whole = small_file();
  const std::vector<std::size_t> ends = frame_ends(whole);
  ASSERT_GE(ends.size(), 8U);
  const Outcome all = read(MemoryFile(whole).path());
  ASSERT_EQ(all.error, "");
  ASSERT_EQ(all.events.size(), 32U);

  // Events readable from the first n frames, from files that end exactly there.
  MemoryFile file;
  std::size_t events_before = 0;
  std::size_t frames_before = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    file.replace(std::string_view(whole).substr(0, size));
    const Outcome cut = read(file.path());
    if (size < ends[0]) {
      EXPECT_NE(cut.error, "") << size;
      continue;
    }
    ASSERT_EQ(cut.error, "") << "cut at " << size;
    EXPECT_NE(cut.incomplete.find("cut"), std::string::npos) << "cut at " << size;
    EXPECT_EQ(cut.footer, size >= ends.back()) << "cut at " << size;
    const std::size_t frames = static_cast<std::size_t>(std::ranges::upper_bound(ends, size) - ends.begin());
    if (frames == frames_before) {
      EXPECT_EQ(cut.events.size(), events_before) << "cut at " << size;
    } else {
      EXPECT_GE(cut.events.size(), events_before);
    }
    frames_before = frames;
    events_before = cut.events.size();
    ASSERT_LE(cut.events.size(), all.events.size());
    EXPECT_TRUE(std::equal(cut.events.begin(), cut.events.end(), all.events.begin())) << "cut at " << size;
  }
  EXPECT_EQ(events_before, 32U);
}

TEST(Damage, ZerosAfterTheCutAreACut) {
  const std::string cut = small_file().substr(0, frame_ends(small_file())[3]) + std::string(5'000, '\0');
  const Outcome outcome = read(MemoryFile(cut).path());
  EXPECT_EQ(outcome.error, "");
  EXPECT_NE(outcome.incomplete.find("cut"), std::string::npos);
}

TEST(Damage, EveryFlippedBitIsDetectedOrChangesNothing) {
  const std::string& whole = small_file();
  const Outcome all = read(MemoryFile(whole).path());
  MemoryFile file;
  std::size_t harmless = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0, 3, 5, 7}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      file.replace(damaged);
      const Outcome outcome = read(file.path());
      if (!outcome.error.empty()) {
        // Named: the file, and the frame and byte unless it is not recognisable at all.
        EXPECT_NE(outcome.error.find(file.path()), std::string::npos) << outcome.error;
        if (at >= 4) {
          EXPECT_NE(outcome.error.find("frame"), std::string::npos) << outcome.error;
          EXPECT_NE(outcome.error.find("byte"), std::string::npos) << outcome.error;
        }
      } else if (outcome.incomplete.empty()) {
        ++harmless;  // bits that zstd's format leaves unused
        ASSERT_EQ(outcome.events, all.events) << "byte " << at << " bit " << bit << " changed events silently";
      }
    }
  }
  EXPECT_LT(harmless, whole.size() / 20);
}

TEST(Damage, MissingAndSwappedFramesAreDetected) {
  const std::string& whole = small_file();
  const std::vector<std::size_t> ends = frame_ends(whole);
  for (std::size_t i = 1; i + 1 < ends.size(); ++i) {
    std::string shorter = whole;
    shorter.erase(ends[i - 1], ends[i] - ends[i - 1]);
    EXPECT_NE(read(MemoryFile(shorter).path()).error, "") << "frame " << i << " removed";
    const std::string twice = whole.substr(0, ends[i]) + whole.substr(ends[i - 1]);
    EXPECT_NE(read(MemoryFile(twice).path()).error, "") << "frame " << i << " twice";
  }
  EXPECT_NE(read(MemoryFile(whole + whole).path()).error, "");
  EXPECT_NE(read(MemoryFile(whole + "x").path()).error, "");
}

TEST(Damage, GarbageGetsOneError) {
  std::mt19937 random(7);
  MemoryFile file;
  for (int i = 0; i < 300; ++i) {
    std::string garbage(random() % 2'000, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    if (i % 2 == 0 && garbage.size() > 4) garbage.replace(0, 4, "\x28\xB5\x2F\xFD");
    file.replace(garbage);
    EXPECT_NE(read(file.path()).error, "");
  }
}

TEST(Damage, UnreadableFilesGetOneError) {
  EXPECT_NE(read("/nonexistent/trace.capnp").error.find("No such file"), std::string::npos);
  EXPECT_NE(read("/tmp").error.find("directory"), std::string::npos);
  EXPECT_NE(read("/dev/null").error.find("empty"), std::string::npos);
}

}  // namespace
}  // namespace simrec::test
