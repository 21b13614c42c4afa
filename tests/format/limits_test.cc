// Hostile files with valid checksums: bombs, absurd lengths and counts, nesting, versions, wrong order.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include <fstream>

#include "container.h"
#include "sample.h"
#include "trace-format/trace_codec.h"

namespace simrec::test {
namespace {

/// A trace of the given messages.
class Composed {
 public:
  Composed() { append_block(frame_, Header{}); }
  template <class Value>
  Composed& add(const Value& value) {
    append_block(frame_, value);
    return *this;
  }
  Composed& add_one_thread() {
    TableEntries tables;
    tables.processes = {Process{.index = {0}, .pid = 1, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}}};
    tables.threads = {Thread{.index = {0}, .process = {0}}};
    return add(tables);
  }
  std::string error(ReadLimits limits = {}) const {
    const TemporaryDirectory directory;
    write_contents(directory.file("t"), {frame_.bytes});
    return error_of_reading(directory.file("t"), limits);
  }

 private:
  FrameContent frame_;
};

void expect_in(const std::string& part, const std::string& text) {
  EXPECT_NE(text.find(part), std::string::npos) << "got: " << text;
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return resident * 4096;
}

TEST(Limits, ComposedTraceIsFine) { EXPECT_EQ(Composed().add_one_thread().add(Footer{}).error(), ""); }

TEST(Limits, ZstdBombIsRefusedInBoundedMemory) {
  const TemporaryDirectory directory;
  write_contents(directory.file("bomb"), {std::vector<std::uint8_t>(300 << 20)});
  ASSERT_LT(bytes_of(directory.file("bomb")).size(), 100'000U);
  const std::uint64_t before = resident_bytes();
  expect_in("decompresses to more than", error_of_reading(directory.file("bomb")));
  // The content size is in the frame: nothing of it is decompressed.
  EXPECT_LT(resident_bytes(), before + (64 << 20));
}

TEST(Limits, BombOfUnknownSizeIsRefusedInBoundedMemory) {
  const TemporaryDirectory directory;
  {
    // What `zstd` writes when it compresses a pipe: no content size.
    const std::string command = "head -c 300000000 /dev/zero | zstd -q --no-check > " + directory.file("bomb");
    ASSERT_EQ(std::system(command.c_str()), 0);
  }
  const std::uint64_t before = resident_bytes();
  expect_in("decompresses to more than", error_of_reading(directory.file("bomb")));
  EXPECT_LT(resident_bytes(), before + (64 << 20));
}

TEST(Limits, RecompressedTraceStillReads) {
  const TemporaryDirectory directory;
  write_sample(directory.file("t"));
  const std::string command = "zstd -qdc " + directory.file("t") + " | zstd -q -19 > " + directory.file("again");
  ASSERT_EQ(std::system(command.c_str()), 0);
  const Trace again = load_trace(directory.file("again"));
  EXPECT_EQ(text_of(again), text_of(load_trace(directory.file("t"))));
  expect_in("seek table", again.incomplete);
}

TEST(Limits, TablesAreBoundedInMemoryEventsAreNot) {
  const ReadLimits limits{.memory_bytes = 100'000};
  TableEntries strings;
  strings.first_string = 1;
  strings.strings.assign(50, std::string(4'000, 'x'));
  expect_in("tables take more", Composed().add(strings).error(limits));

  const std::vector<std::uint8_t> kinds(10'000, 1);
  EventBlock block;
  block.count = 10'000;
  block.columns[0] = kinds;
  Footer footer;
  footer.events = 10'000;
  EXPECT_EQ(Composed().add_one_thread().add(block).add(footer).error(limits), "");  // they go to a temporary file
}

TEST(Limits, AbsurdCountsAreRefused) {
  EventBlock block;
  block.count = UINT32_MAX;
  expect_in("it says to hold", Composed().add_one_thread().add(block).error());
  block.count = 1 << 20;  // allowed, but there is no column
  expect_in("too few values", Composed().add_one_thread().add(block).error());
}

TEST(Limits, OrderIsChecked) {
  const std::vector<std::uint8_t> kind(1, 1);
  EventBlock block;
  block.count = 1;
  block.columns[0] = kind;
  expect_in("which no table has yet", Composed().add(block).error());
  block.start_ns = 500;
  EventBlock older = block;
  older.start_ns = 0;
  expect_in("older", Composed().add_one_thread().add(block).add(older).error());
  expect_in("second header", Composed().add(Header{}).error());
  expect_in("after the footer", Composed().add(Footer{}).add(TableEntries{}).error());
  expect_in("footer counts 5 events", Composed().add(Footer{.events = 5}).error());
  expect_in("no footer", Composed().error());
  FrameContent headless;
  append_block(headless, Footer{});
  const TemporaryDirectory directory;
  write_contents(directory.file("t"), {headless.bytes});
  expect_in("begins with a header", error_of_reading(directory.file("t")));
}

TEST(Limits, VersionsAreChecked) {
  const TemporaryDirectory directory;
  for (const std::uint32_t version : {0U, kFormatVersion + 1}) {
    Header header;
    header.format_version = version;
    FrameContent content;
    append_block(content, header);
    write_contents(directory.file("t"), {content.bytes});
    expect_in("format version", error_of_reading(directory.file("t")));
  }
}

TEST(Limits, AbsurdCapnpLengthsAreRefused) {
  const TemporaryDirectory directory;
  const auto error_of_words = [&directory](std::vector<std::uint64_t> words) {
    std::vector<std::uint8_t> bytes(words.size() * 8);
    std::memcpy(bytes.data(), words.data(), bytes.size());
    write_contents(directory.file("t"), {bytes});
    return error_of_reading(directory.file("t"));
  };
  const auto segments = [](std::uint32_t count_minus_one, std::uint32_t words) {
    return std::uint64_t{words} << 32 | count_minus_one;
  };
  expect_in("Cap'n Proto", error_of_words({segments(0, UINT32_MAX), 0, 0}));  // a segment longer than the frame
  expect_in("is no trace", error_of_words({segments(UINT32_MAX, 1), 0, 0}));  // 2^32 segments wrap to none: empty
  expect_in("Cap'n Proto", error_of_words({segments(511, 1), 0, 0}));
  expect_in("no format version", error_of_words({segments(0, 1), 0}));  // an empty message
  // A Block whose header points far outside, and one whose pointer points at itself.
  expect_in("Cap'n Proto", error_of_words({segments(0, 3), 0x0001'0001'0000'0000, 0, 0x0001'0001'7FFF'FFFC}));
  expect_in("is", error_of_words({segments(0, 3), 0x0001'0001'0000'0000, 0, 0x0001'0001'FFFF'FFFC}));
}

TEST(Limits, ListsOfNothingDoNotAmplify) {
  // Tables with 2^29 - 1 objects of size zero: a list pointer may claim that many in no space.
  const TemporaryDirectory directory;
  FrameContent content;
  append_block(content, Header{});
  const std::uint64_t words[] = {
      9ULL << 32,             // one segment of 9 words
      0x0001'0001'0000'0000,  // root: struct with 1 data word, 1 pointer
      1,                      // union tag: tables
      0x0006'0001'0000'0000,  // tables: struct with 1 data word, 6 pointers
      0,
      0,                      // firstString; strings
      0x0000'0007'0000'0011,  // objects: composite list of 0 words, 4 words on
      0,
      0,
      0,
  };
  std::vector<std::uint8_t> bytes = content.bytes;
  const auto* raw = reinterpret_cast<const std::uint8_t*>(words);
  bytes.insert(bytes.end(), raw, raw + sizeof(words));
  // The list's tag: 2^29 - 1 elements of 0 data words and 0 pointers.
  const std::uint64_t tag = (std::uint64_t{(1U << 29) - 1} << 2);
  for (std::size_t at = content.bytes.size() + 6 * 8; at < bytes.size() - 8; at += 8) {
    std::vector<std::uint8_t> hostile = bytes;
    std::memcpy(hostile.data() + at, &tag, 8);
    write_contents(directory.file("t"), {hostile});
    const std::uint64_t before = resident_bytes();
    EXPECT_NE(error_of_reading(directory.file("t")), "");
    EXPECT_LT(resident_bytes(), before + (64 << 20));
  }
}

TEST(Limits, DeepNestingIsRefused) {
  // Every pointer of this message leads to the same struct: a maze without end, cut by the traversal limit.
  const TemporaryDirectory directory;
  std::vector<std::uint64_t> words = {std::uint64_t{40} << 32};
  for (int i = 0; i < 40; ++i) words.push_back(0x0004'0004'FFFF'FFFC);
  std::vector<std::uint8_t> bytes(words.size() * 8);
  std::memcpy(bytes.data(), words.data(), bytes.size());
  write_contents(directory.file("t"), {bytes});
  EXPECT_NE(error_of_reading(directory.file("t")), "");
}

}  // namespace
}  // namespace simrec::test
