// What was written is what is read, field by field.
#include <gtest/gtest.h>

#include "sample.h"

namespace simrec::test {
namespace {

TEST(RoundTrip, EveryFieldOfHeaderAndFooter) {
  const TemporaryDirectory directory;
  write_sample(directory.file("t"));
  const Trace trace = load_trace(directory.file("t"));
  EXPECT_EQ(text_of(trace.header), text_of(full_header()));
  Footer footer = full_footer();
  footer.events = 36;
  ASSERT_TRUE(trace.footer);
  EXPECT_EQ(text_of(*trace.footer), text_of(footer));
  EXPECT_EQ(trace.incomplete, "");
}

TEST(RoundTrip, EveryFieldOfEventsWithExtremeValues) {
  for (const std::uint32_t block : {1U, 7U, 4096U}) {
    const TemporaryDirectory directory;
    write_sample(directory.file("t"), 3, 300, {.events_per_block = block, .frame_bytes = 3000});
    const Trace trace = load_trace(directory.file("t"));
    std::vector<std::size_t> position(3, 0);
    ASSERT_EQ(trace.event_count, 900U);
    for (const SampleEvent& sample : sample_events(3, 300)) {
      const std::size_t thread = sample.event.thread.value;
      ASSERT_EQ(text_of(trace.events[thread][position[thread]++]), text_of(sample.event)) << "block of " << block;
    }
  }
}

TEST(RoundTrip, EveryFieldOfTables) {
  const TemporaryDirectory directory;
  write_sample(directory.file("t"));
  const Trace trace = load_trace(directory.file("t"));
  const Tables& tables = trace.tables;

  ASSERT_EQ(tables.objects().size(), 3U);
  const Object& socket = tables.object({1});
  EXPECT_EQ(tables.string(socket.path), "/some/path");
  EXPECT_EQ(tables.string(socket.local_address), "127.0.0.1:6379");
  EXPECT_EQ(tables.string(socket.peer_address), "[::1]:40000");
  Object expected{.id = {1},
                  .kind = ObjectKind::tcp,
                  .device = 9,
                  .inode = UINT64_MAX,
                  .path = socket.path,
                  .local_address = socket.local_address,
                  .peer_address = socket.peer_address,
                  .cookie = 11,
                  .network_namespace = 12,
                  .peer = {2},
                  .capacity_bytes = 65'536,
                  .send_buffer_bytes = 2'626'560,
                  .receive_buffer_bytes = 131'072,
                  .peer_inode = 13,
                  .nonblocking = true,
                  .close_on_exec = true,
                  .size_bytes = 1ULL << 50};
  EXPECT_EQ(socket, expected);
  EXPECT_EQ(tables.object({77}).kind, ObjectKind::unknown);

  ASSERT_EQ(tables.processes().size(), 2U);
  EXPECT_EQ(tables.processes()[0].pid, 4'000'000);
  EXPECT_EQ(tables.processes()[1].parent_plus_one, 1U);
  EXPECT_EQ(tables.processes()[1].start_ns, 1'000);
  ASSERT_EQ(tables.processes()[0].descriptors.size(), 2U);
  EXPECT_EQ(tables.processes()[0].descriptors[1].fd, INT32_MAX);
  EXPECT_EQ(tables.processes()[0].descriptors[1].object, ObjectId{2});
  EXPECT_TRUE(tables.processes()[0].descriptors[1].close_on_exec);
  EXPECT_TRUE(tables.processes()[0].descriptors[1].nonblocking);

  ASSERT_EQ(tables.threads().size(), 3U);
  const Thread& thread = tables.threads()[2];
  EXPECT_EQ(thread.index, ThreadId{2});
  EXPECT_EQ(thread.process, ProcessId{0});
  EXPECT_EQ(thread.tid, 102);
  EXPECT_EQ(thread.namespace_tid, 2);
  EXPECT_EQ(thread.creator_plus_one, 2U);
  EXPECT_EQ(thread.clone_flags, 0x3D0F00U);
  EXPECT_EQ(thread.clear_tid_address, 0x7FFF'FFFF'F000U);

  const Image* image = tables.image_of({0}, 5);
  ASSERT_NE(image, nullptr);
  EXPECT_EQ(tables.string(image->name), "app");
  EXPECT_EQ(tables.string(image->executable), "/bin/app");
  EXPECT_EQ(tables.string(image->working_directory), "/tmp");
  ASSERT_EQ(image->arguments.size(), 2U);
  EXPECT_EQ(tables.string(image->arguments[1]), "-x");
  ASSERT_EQ(image->modules.size(), 1U);
  EXPECT_EQ(image->modules[0].build_id, std::string("\0\1\2", 3));
  EXPECT_EQ(image->modules[0].sha256, std::string(32, '\xEE'));
  EXPECT_EQ(tables.image_of({1}, 5), nullptr);

  const Stack* stack = tables.stack({1});
  ASSERT_NE(stack, nullptr);
  ASSERT_EQ(stack->frames.size(), 2U);
  EXPECT_EQ(tables.string(stack->frames[0].function), "app");
  EXPECT_EQ(stack->frames[0].offset, 0xABCDEFU);
  EXPECT_EQ(stack->frames[1].offset, UINT64_MAX);
  EXPECT_EQ(tables.stack({2}), nullptr);
}

TEST(RoundTrip, EmptyTrace) {
  const TemporaryDirectory directory;
  { TraceWriter(directory.file("t"), Header{}).finish({}); }
  const Trace trace = load_trace(directory.file("t"));
  EXPECT_EQ(trace.event_count, 0U);
  EXPECT_TRUE(trace.footer);
  EXPECT_EQ(trace.incomplete, "");
}

TEST(RoundTrip, FilesAreDeterministic) { EXPECT_EQ(sample_bytes(), sample_bytes()); }

TEST(RoundTrip, TinyProcessesShareFrames) {
  const TemporaryDirectory directory;
  constexpr std::uint32_t kThreads = 1'000;
  {
    TraceWriter writer(directory.file("t"), Header{});
    for (std::uint32_t t = 0; t < kThreads; ++t) {
      writer.put(Process{.index = {t}, .pid = t, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}});
      writer.put(Thread{.index = {t}, .process = {t}, .tid = t});
    }
    for (const SampleEvent& sample : sample_events(kThreads, 10)) writer.append(sample.event);
    writer.finish({});
  }
  const Trace trace = load_trace(directory.file("t"));
  EXPECT_EQ(trace.event_count, kThreads * 10);
  // Random values take 30 bytes an event here; a frame per thread would add as much again.
  EXPECT_LT(bytes_of(directory.file("t")).size(), kThreads * 10 * 45);
}

}  // namespace
}  // namespace simrec::test
