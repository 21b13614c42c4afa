// Interned tables: replacement, order, density; and what the writer refuses.
#include <gtest/gtest.h>

#include <stdexcept>

#include "sample.h"
#include "trace-format/format_error.h"
#include "trace-format/table_reader.h"

namespace simrec::test {
namespace {

constexpr std::uint64_t kPlenty = 1 << 20;

TEST(Tables, StringsAndStacksAreInterned) {
  const TemporaryDirectory directory;
  TraceWriter writer(directory.file("t"), Header{});
  EXPECT_EQ(writer.intern("").value, 0U);
  const StringId a = writer.intern("a");
  EXPECT_NE(writer.intern("b"), a);
  EXPECT_EQ(writer.intern("a"), a);
  EXPECT_EQ(writer.intern(std::vector<Frame>{}).value, 0U);
  const StackId stack = writer.intern(std::vector<Frame>{{a, a, 1}});
  EXPECT_NE(writer.intern(std::vector<Frame>{{a, a, 2}}), stack);
  EXPECT_EQ(writer.intern(std::vector<Frame>{{a, a, 1}}), stack);
}

TEST(Tables, LaterEntriesReplaceEarlierOnes) {
  const TemporaryDirectory directory;
  {
    TraceWriter writer(directory.file("t"), Header{});
    writer.put(Process{.index = {0}, .pid = 1, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}});
    const ObjectId id = writer.put(Object{.id = {}, .kind = ObjectKind::tcp, .inode = 1});
    writer.put(Object{.id = id, .kind = ObjectKind::tcp, .inode = 2});  // in the same message
    Image image{.process = {0},
                .start_ns = 5,
                .name = writer.intern("before"),
                .executable = {},
                .arguments = {},
                .modules = {},
                .working_directory = {}};
    writer.put(image);
    writer.flush();
    writer.put(Object{.id = id, .kind = ObjectKind::tcp, .inode = 3});  // in a later one
    image.name = writer.intern("after");
    writer.put(image);
    writer.finish({});
  }
  const Tables tables = load_trace(directory.file("t")).tables;
  ASSERT_EQ(tables.objects().size(), 2U);
  EXPECT_EQ(tables.object({1}).inode, 3U);
  ASSERT_EQ(tables.images().size(), 1U);
  EXPECT_EQ(tables.string(tables.images()[0].name), "after");
}

TEST(Tables, ImageOfAProcessByTime) {
  TraceBuilder builder;
  const ProcessId process = builder.process(1);
  const Trace trace = builder.build(0);
  EXPECT_EQ(trace.tables.string(trace.tables.image_of(process, -1)->name), "prog");
  TableReader reader(kPlenty);
  TableEntries entries;
  entries.first_string = 1;
  entries.strings = {"first", "second"};
  entries.processes = {{.index = {0}, .pid = 1, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}}};
  entries.images = {{.process = {0},
                     .start_ns = 100,
                     .name = {2},
                     .executable = {},
                     .arguments = {},
                     .modules = {},
                     .working_directory = {}},
                    {.process = {0},
                     .start_ns = 10,
                     .name = {1},
                     .executable = {},
                     .arguments = {},
                     .modules = {},
                     .working_directory = {}}};
  reader.merge(entries);
  EXPECT_EQ(reader.tables().image_of({0}, 0)->name.value, 1U);
  EXPECT_EQ(reader.tables().image_of({0}, 99)->name.value, 1U);
  EXPECT_EQ(reader.tables().image_of({0}, 100)->name.value, 2U);
  EXPECT_EQ(reader.tables().image_of({1}, 0), nullptr);
}

TEST(Tables, WriterRefusesOutOfOrderUse) {
  const TemporaryDirectory directory;
  TraceWriter writer(directory.file("t"), Header{});
  EXPECT_THROW(writer.append(Event{}), std::logic_error);
  EXPECT_THROW(writer.put(Thread{.index = {1}, .process = {}}), std::logic_error);
  EXPECT_THROW(writer.put(Process{.index = {3}, .pid = 0, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}}),
               std::logic_error);
  EXPECT_THROW(writer.put(Object{.id = {9}}), std::logic_error);
}

/// Why the reader refuses the entries; "" when it takes them.
std::string refusal(const TableEntries& entries, std::uint64_t memory = kPlenty) {
  TableReader reader(memory);
  try {
    reader.merge(entries);
  } catch (const FormatError& e) {
    return e.what();
  }
  return "";
}

TEST(Tables, ReaderRefusesGapsAndUnknownReferences) {
  EXPECT_EQ(refusal({}), "");
  TableEntries object;
  object.objects = {Object{.id = {UINT32_MAX}}};
  EXPECT_NE(refusal(object).find("gap"), std::string::npos);
  TableEntries text;
  text.first_string = 2;
  text.strings = {"x"};
  EXPECT_NE(refusal(text).find("gap"), std::string::npos);
  TableEntries thread;
  thread.threads = {Thread{.index = {0}, .process = {0}}};
  EXPECT_NE(refusal(thread).find("unknown process"), std::string::npos);
  TableEntries image;
  image.images = {Image{.process = {4},
                        .start_ns = 0,
                        .name = {},
                        .executable = {},
                        .arguments = {},
                        .modules = {},
                        .working_directory = {}}};
  EXPECT_NE(refusal(image).find("unknown process"), std::string::npos);
  TableEntries process;
  process.processes = {Process{.index = {0}, .pid = 0, .parent_plus_one = 9, .start_ns = 0, .descriptors = {}}};
  EXPECT_NE(refusal(process).find("unknown parent"), std::string::npos);
}

TEST(Tables, ReaderBoundsTheirMemory) {
  TableEntries entries;
  entries.first_string = 1;
  entries.strings = {std::string(5'000, 'x')};
  EXPECT_EQ(refusal(entries, 6'000), "");
  EXPECT_NE(refusal(entries, 4'000).find("MiB"), std::string::npos);
}

}  // namespace
}  // namespace simrec::test
