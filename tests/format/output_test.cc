// Output: whole or named partial files, full disks, closed pipes, devices, links.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "sample.h"

namespace simrec::test {
namespace {

/// what() of the TraceError `action` throws.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const TraceError& e) {
    return e.what();
  }
  return "";
}

void append_all(TraceWriter& writer, std::uint32_t count) {
  writer.put(Process{.index = {0}, .pid = 1, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}});
  writer.put(Thread{.index = {0}, .process = {0}});
  for (const SampleEvent& sample : sample_events(1, count)) writer.append(sample.event);
}

TEST(Output, AnExistingFileIsReplacedOnlyByAFinishedOne) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("t");
  std::ofstream(path) << "old";
  std::string partial;
  {
    TraceWriter writer(path, full_header());
    append_all(writer, 100);
    writer.flush();
    partial = writer.current_path();
    EXPECT_EQ(partial, path + ".partial-" + std::to_string(::getpid()));
    EXPECT_EQ(bytes_of(path), "old");
    const Trace cut = load_trace(partial);  // readable while it is written
    EXPECT_EQ(cut.event_count, 100U);
    EXPECT_NE(cut.incomplete, "");
    writer.finish({});
    EXPECT_EQ(writer.current_path(), path);
    EXPECT_EQ(writer.bytes_written(), bytes_of(path).size());
    EXPECT_EQ(writer.events_written(), 100U);
  }
  EXPECT_FALSE(std::filesystem::exists(partial));
  EXPECT_EQ(load_trace(path).incomplete, "");
}

TEST(Output, AnUnfinishedRecordingStaysReadable) {
  const TemporaryDirectory directory;
  std::string partial;
  {
    TraceWriter writer(directory.file("t"), full_header(), {.events_per_block = 10, .frame_bytes = 100});
    append_all(writer, 105);
    partial = writer.current_path();
  }
  EXPECT_FALSE(std::filesystem::exists(directory.file("t")));
  EXPECT_GE(load_trace(partial).event_count, 90U);
}

TEST(Output, ARunIsFlushedByTime) {
  const TemporaryDirectory directory;
  TraceWriter writer(directory.file("t"), Header{}, {.max_unflushed_ns = 1'000'000});
  writer.put(Process{.index = {0}, .pid = 1, .parent_plus_one = 0, .start_ns = 0, .descriptors = {}});
  writer.put(Thread{.index = {0}, .process = {0}});
  for (const Ns at : {1'000, 900'000, 1'000'000, 1'500'000}) {
    Event event;
    event.entry_ns = event.exit_ns = at;
    writer.append(event);
  }
  EXPECT_EQ(load_trace(writer.current_path()).event_count, 3U);
}

TEST(Output, AFullDiskIsNamed) {
  const std::string error = error_of([] {
    TraceWriter writer("/dev/full", full_header());
    writer.finish({});
  });
  EXPECT_NE(error.find("No space left on device"), std::string::npos) << error;
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
}

TEST(Output, AFileSizeLimitLeavesAReadablePartialFile) {
  const TemporaryDirectory directory;
  ASSERT_NE(std::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  rlimit old{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit limit{20'000, old.rlim_max};
  std::string partial;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  const std::string error = error_of([&] {
    TraceWriter writer(directory.file("t"), full_header(), {.events_per_block = 50, .frame_bytes = 100});
    partial = writer.current_path();
    append_all(writer, 50'000);
    writer.finish({});
  });
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &old), 0);
  std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_NE(error.find("File too large"), std::string::npos) << error;
  EXPECT_NE(error.find(partial), std::string::npos) << error;
  EXPECT_NE(error.find("readable"), std::string::npos) << error;
  EXPECT_FALSE(std::filesystem::exists(directory.file("t")));
  const Trace trace = load_trace(partial);
  EXPECT_GT(trace.event_count, 0U);
  EXPECT_NE(trace.incomplete, "");
}

TEST(Output, StandardOutputAndAClosedPipe) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const int saved = ::dup(STDOUT_FILENO);
  std::fflush(stdout);
  ::dup2(ends[1], STDOUT_FILENO);
  ::close(ends[1]);
  std::string error;
  {
    TraceWriter writer("-", full_header());
    writer.finish({});
    ::close(ends[0]);
    ASSERT_NE(std::signal(SIGPIPE, SIG_IGN), SIG_ERR);
    error = error_of([] { TraceWriter("-", full_header()).finish({}); });
    std::signal(SIGPIPE, SIG_DFL);
  }
  ::dup2(saved, STDOUT_FILENO);
  ::close(saved);
  EXPECT_NE(error.find("standard output"), std::string::npos) << error;
  EXPECT_NE(error.find("Broken pipe"), std::string::npos) << error;
}

TEST(Output, DevicesAreNotReplacedAndLinksAreFollowed) {
  const TemporaryDirectory directory;
  TraceWriter("/dev/null", Header{}).finish({});
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
  std::ofstream(directory.file("target")) << "old";
  std::filesystem::create_symlink("target", directory.file("link"));
  write_sample(directory.file("link"));
  EXPECT_TRUE(std::filesystem::is_symlink(directory.file("link")));
  EXPECT_EQ(load_trace(directory.file("target")).event_count, 36U);
}

TEST(Output, PlacesThatCannotBeWrittenAreNamed) {
  EXPECT_NE(error_of([] { TraceWriter("/nonexistent/t", Header{}); }).find("/nonexistent/t"), std::string::npos);
  EXPECT_NE(error_of([] { TraceWriter("/tmp", Header{}); }).find("directory"), std::string::npos);
}

}  // namespace
}  // namespace simrec::test
