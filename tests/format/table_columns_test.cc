// Tables as columns: exact for extreme values, and small lies do not become large tables.
#include "trace-format/table_columns.h"

#include <gtest/gtest.h>

#include "trace-format/format_error.h"
#include "trace-format/segments.h"
#include "trace-format/varint.h"

namespace simrec::test {
namespace {

using Bytes = std::vector<std::uint8_t>;

ColumnViews views_of(const CodedTable& table) { return {table.begin(), table.end()}; }

std::vector<std::string> recoded(const std::vector<std::string>& strings) {
  const CodedStrings coded = code_strings(strings);
  return decode_strings(coded.shared, coded.lengths, coded.bytes);
}

TEST(TableColumns, StringsComeBack) {
  const std::vector<std::string> strings = {
      "/usr/lib/a.so",          "/usr/lib/b.so", "/usr/lib/", "", "/", "x/y", "x", std::string("nul\0/\xff", 6),
      std::string(100'000, '/')};
  EXPECT_EQ(recoded(strings), strings);
  EXPECT_EQ(code_strings({"/usr/lib/a.so", "/usr/lib/abc.so"}).bytes, "/usr/lib/a.soabc.so");  // names stay whole
  EXPECT_TRUE(recoded({}).empty());
}

TEST(TableColumns, ObjectsOfExtremeValuesComeBack) {
  const std::vector<Object> objects = {{.id = {1}, .kind = ObjectKind::tcp, .inode = UINT64_MAX, .nonblocking = true},
                                       {.id = {UINT32_MAX}, .device = 1ULL << 63, .path = {UINT32_MAX}},
                                       {.id = {0}, .kind = static_cast<ObjectKind>(UINT16_MAX), .size_bytes = 5}};
  EXPECT_EQ(decode_objects(views_of(code_objects(objects))), objects);
}

TEST(TableColumns, ProcessesKeepTheirDescriptors) {
  const std::vector<Process> processes = {
      {.index = {0}, .pid = INT64_MIN, .descriptors = {{0, {1}, false, true}, {INT32_MAX, {2}, true, false}}},
      {.index = {1}, .pid = INT64_MAX},
      {.index = {2}, .pid = 3, .start_ns = -1, .descriptors = {{-1, {}, false, false}}}};
  const auto back = decode_processes(views_of(code_processes(processes)));
  ASSERT_EQ(back.size(), 3U);
  EXPECT_EQ(back[0].pid, INT64_MIN);
  EXPECT_EQ(back[1].pid, INT64_MAX);
  EXPECT_EQ(back[2].start_ns, -1);
  ASSERT_EQ(back[0].descriptors.size(), 2U);
  EXPECT_TRUE(back[1].descriptors.empty());
  EXPECT_EQ(back[0].descriptors[0].fd, 0);
  EXPECT_TRUE(back[0].descriptors[0].nonblocking);
  EXPECT_EQ(back[0].descriptors[1].fd, INT32_MAX);
  EXPECT_EQ(back[0].descriptors[1].object, ObjectId{2});
  EXPECT_EQ(back[2].descriptors.at(0).fd, -1);
}

TEST(TableColumns, ImagesShareTheirModules) {
  const Module libc{.path = {3}, .build_id = "id", .sha256 = ""};
  const Module program{.path = {4}, .build_id = "", .sha256 = "hash"};
  std::vector<Image> images(100, {.arguments = {{7}, {8}}, .modules = {program, libc}});
  images[50].modules.clear();
  std::vector<Module> modules;
  const CodedTable coded = code_images(images, modules);
  EXPECT_EQ(modules.size(), 2U);
  const auto back = decode_images(views_of(coded), modules);
  ASSERT_EQ(back.size(), images.size());
  EXPECT_EQ(back[99].modules.at(1).build_id, "id");
  EXPECT_EQ(back[99].modules.at(0).sha256, "hash");
  EXPECT_EQ(back[99].arguments, images[99].arguments);
  EXPECT_TRUE(back[50].modules.empty());
  modules.pop_back();
  EXPECT_THROW(decode_images(views_of(coded), modules), FormatError);
}

TEST(TableColumns, RefusesMoreThanItsBudget) {
  // Each string shares the one before, two bytes per string: 5,000 strings would be 500 MB.
  Bytes shared, lengths;
  put_varint(shared, 0);
  put_varint(lengths, 100'000);
  for (int i = 0; i < 5'000; ++i) {
    put_varint(shared, 100'000);
    lengths.push_back(0);
  }
  EXPECT_THROW(decode_strings(shared, lengths, std::string(100'000, 'x')), FormatError);
  const Bytes many(2 << 20, 0);
  EXPECT_THROW(decode_objects({many}), FormatError);
  Bytes endless;
  put_varint(endless, zigzag(INT64_MAX));
  const Bytes one{2}, none{};
  EXPECT_THROW(decode_processes({one, none, none, none, endless}), FormatError);
}

TEST(TableColumns, RefusesWhatFitsNoField) {
  Bytes wide;
  put_varint(wide, zigzag(1LL << 32));
  EXPECT_THROW(decode_objects({wide}), FormatError);
  const Bytes one{2}, two_values{2, 2}, cut{0x80};
  EXPECT_THROW(decode_objects({one, two_values}), FormatError);
  EXPECT_THROW(decode_objects({one, cut}), FormatError);
  EXPECT_THROW(decode_strings(one, one, "x"), FormatError);  // shares 2 bytes with nothing
  const Bytes zero{0};
  EXPECT_THROW(decode_strings(zero, one, "xyz"), FormatError);
  EXPECT_EQ(decode_objects({one, {}, {}}).size(), 1U);  // columns that an older writer did not know
}

TEST(Segments, RefusesImpossibleOnes) {
  const Bytes minus_one{1}, zero{0}, one{2};
  EXPECT_THROW(decode_segments(minus_one, one, zero, 50), FormatError);
  EXPECT_THROW(decode_segments(zero, one, minus_one, 50), FormatError);
  EXPECT_THROW(decode_segments(zero, one, {}, 50), FormatError);
  EXPECT_THROW(decode_segments(Bytes{0, 0}, one, zero, 50), FormatError);
  Bytes kind;
  put_varint(kind, kIdKinds);
  kind.push_back(0);
  EXPECT_THROW(decode_id_arguments(kind), FormatError);
  EXPECT_THROW(decode_id_arguments(Bytes{1, kIdPositions}), FormatError);
  EXPECT_THROW(decode_id_arguments(Bytes{1}), FormatError);
}

}  // namespace
}  // namespace simrec::test
