#include "analysis/ordered_events.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "analysis/event_text.h"
#include "analysis/statistics.h"
#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"

namespace simrec::analysis {
namespace {

TEST(OrderedEvents, MergesThreadsWhoseBlocksOverlap) {
  const test::ScratchDirectory scratch;
  const std::string path = scratch / "turns.capnp";
  test::write_interleaved_trace(path, 1000);
  OrderedEvents events(path);
  EXPECT_EQ(events.event_count(), 2000u);
  Ns expected = 0;
  std::uint64_t count = 0;
  while (const auto event = events.next()) {
    ASSERT_EQ(event->entry_ns, expected);
    ASSERT_EQ(event->thread.value, count % 2);
    expected += 1000;
    ++count;
  }
  EXPECT_EQ(count, 2000u);
  EXPECT_FALSE(events.next());
}

TEST(OrderedEvents, ReadsAPipeAsItReadsAFile) {
  const test::ScratchDirectory scratch;
  const std::string path = scratch / "calls.capnp";
  test::write_calls_trace(path);
  OrderedEvents from_file(path);
  FILE* pipe = ::popen(("cat '" + path + "'").c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  OrderedEvents from_pipe("/proc/self/fd/" + std::to_string(::fileno(pipe)));
  while (const auto a = from_file.next()) {
    const auto b = from_pipe.next();
    ASSERT_TRUE(b);
    EXPECT_EQ(a->kind, b->kind);
    EXPECT_EQ(a->entry_ns, b->entry_ns);
    EXPECT_TRUE(std::ranges::equal(a->arguments, b->arguments));
  }
  EXPECT_FALSE(from_pipe.next());
  ::pclose(pipe);
}

TEST(Statistics, AddUp) {
  const test::ScratchDirectory scratch;
  const std::string path = scratch / "pipeline.capnp";
  test::write_pipeline_trace(path);
  const Statistics statistics = collect_statistics(path);
  EXPECT_EQ(statistics.incomplete, "");
  EXPECT_EQ(statistics.totals.events, 26u);
  EXPECT_EQ(statistics.totals.errors, 0u);
  EXPECT_EQ(statistics.totals.bytes, 12u + 12u + 24u);
  ASSERT_EQ(statistics.processes.size(), 3u);
  EXPECT_EQ(statistics.processes[0].totals.compute_ns(), 2'520'000);
  EXPECT_EQ(statistics.processes[0].totals.blocked_ns, 7'480'000);
  EXPECT_EQ(statistics.processes[1].totals.compute_ns(), 3'125'000);
  EXPECT_EQ(statistics.processes[2].end_ns, 5'245'000);
  EXPECT_EQ(command_line(statistics.tables, ProcessId{0}), "sh -c 'ls | wc'");
  EXPECT_EQ(process_name(statistics.tables, ProcessId{2}), "wc");
  EXPECT_EQ(process_name(statistics.tables, ProcessId{77}), "?");
}

TEST(Statistics, QuoteForTheShell) {
  EXPECT_EQ(shell_quoted("plain-1.0_x/y"), "plain-1.0_x/y");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
}

}  // namespace
}  // namespace simrec::analysis
