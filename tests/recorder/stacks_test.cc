// Call stacks in traces: of calls that waited (--stacks) and inside bursts (--sample), of every kind of code.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "tests/recorder/run_simrec.h"
#include "trace-format/syscall_table.h"
#include "trace-format/trace_reader.h"

namespace simrec::record::testing {
namespace {

using Names = std::vector<std::string>;

/// An event with its stack as names, innermost first: functions, or modules of frames without.
struct Sighting {
  Event event;
  Names stack;
  bool has(const std::string& name) const { return std::ranges::count(stack, name) > 0; }
};

class StacksTest : public ::testing::Test {
 protected:
  void record(std::vector<std::string> options, const std::string& program) {
    options.insert(options.begin(), {"-q", "-o", "t.capnp"});
    options.push_back(std::string(PROGRAMS_DIRECTORY "/") + program);
    const Finished finished = run_simrec(directory_, options);
    ASSERT_EQ(finished.status, 0) << finished.err;
    ASSERT_EQ(finished.err, "");
    trace_ = load_trace(directory_.file("t.capnp"));
    ASSERT_TRUE(trace_.footer && trace_.footer->losses.empty());
  }

  std::vector<Sighting> sightings(std::string_view kind) const {
    std::vector<Sighting> found;
    for (const ThreadEvents& events : trace_.events)
      for (std::size_t i = 0; i < events.size(); ++i)
        if (const Event event = events[i]; event_name(event.kind) == kind) found.push_back({event, names(event.stack)});
    return found;
  }

  Names names(StackId id) const {
    Names names;
    if (const Stack* stack = trace_.tables.stack(id))
      for (const Frame& frame : stack->frames)
        names.push_back(trace_.tables.string(frame.function.value != 0 ? frame.function : frame.module));
    return names;
  }

  const ScratchDirectory directory_;
  Trace trace_;
};

/// The part of a stack from the first to the last of these names.
Names between(const Names& stack, const std::string& first, const std::string& last) {
  const auto from = std::ranges::find(stack, first), to = std::find(from, stack.end(), last);
  return to == stack.end() ? Names{} : Names(from, to + 1);
}

TEST_F(StacksTest, GoThroughSignalFrames) {
  record({"--stacks"}, "handler_that_blocks");
  const auto waits = sightings("poll");
  ASSERT_EQ(waits.size(), 2U);  // on the thread's own stack, and on an alternate one
  for (const Sighting& wait : waits)
    EXPECT_EQ(between(wait.stack, "blocking_part", "main"),
              (Names{"blocking_part", "on_alarm", "[signal]", "interrupted_part", "main"}))
        << ::testing::PrintToString(wait.stack);
}

TEST_F(StacksTest, ShowCodeMadeAtRunTimeAsOneFrame) {
  record({"--stacks"}, "code_at_run_time");
  const auto waits = sightings("poll");
  ASSERT_EQ(waits.size(), 2U);
  EXPECT_EQ(between(waits[0].stack, "called_back", "main"), (Names{"called_back", "[jit]", "with_frames", "main"}))
      << ::testing::PrintToString(waits[0].stack);
  // Without frame pointers the stack may end there, or a caller may be missing; but nothing may be invented.
  const Names known{"called_back", "[jit]", "without_frames", "main"};
  const Names& second = waits[1].stack;
  ASSERT_GE(second.size(), 3U);
  for (auto name = std::ranges::find(second, "called_back"); name != second.end() && *name != "main"; ++name)
    EXPECT_TRUE(std::ranges::count(known, *name)) << *name << " in " << ::testing::PrintToString(second);
  EXPECT_EQ(std::ranges::count(second, "[jit]"), 1);
}

TEST_F(StacksTest, SamplesAttributeComputingToFunctions) {
  record({"--sample", "200"}, "function_shares");
  Ns three = 0, one = 0, sampled = 0, bursts = 0;
  const auto samples = sightings("sample");
  int at_exit = 0;  // one may be found in exit's own work
  for (const Sighting& sample : samples) {
    const bool in_exit = sample.has("exit") && !sample.has("main");
    at_exit += in_exit;
    EXPECT_TRUE(sample.has("main") || (in_exit && at_exit == 1)) << ::testing::PrintToString(sample.stack);
    (sample.has("three_parts") ? three : one) +=
        sample.has("three_parts") || sample.has("one_part") ? sample.event.argument(0) : 0;
    sampled += sample.event.argument(0);
  }
  for (const ThreadEvents& events : trace_.events)
    for (std::size_t i = 0; i < events.size(); ++i) bursts += events[i].burst_ns + events[i].call_cpu_ns;
  ASSERT_GE(samples.size(), 40U) << "of about 150 to 200 per second of CPU time";
  EXPECT_LE(static_cast<Ns>(samples.size()) * 5'000'000, bursts + 10'000'000) << "more than 200 per second of CPU time";
  EXPECT_LE(sampled, bursts) << "no CPU time is attributed twice";
  EXPECT_GE(sampled, bursts / 2);
  // 3 : 1 in truth. From 100 samples a share of a quarter is found as 0.25 ± 0.045.
  const double share = static_cast<double>(one) / static_cast<double>(one + three);
  EXPECT_GT(share, 0.08);
  EXPECT_LT(share, 0.42);
}

TEST_F(StacksTest, SamplesDoNotDisturbWaits) {
  // The program checks itself: no call may fail with EINTR or end early.
  record({"--sample", "1000"}, "waits_after_bursts");
  EXPECT_GT(sightings("sample").size(), 10U);
  for (const char* call : {"epoll_wait", "poll", "futex", "pselect6", "semtimedop", "read"})
    for (const Sighting& wait : sightings(call)) EXPECT_NE(wait.event.result, -EINTR) << call;
}

TEST_F(StacksTest, SleepersAreNotSampled) {
  record({"--sample", "1000"}, "sleeping");
  for (const Sighting& sample : sightings("sample")) EXPECT_GE(sample.event.argument(0), 1'000'000);
}

TEST_F(StacksTest, GoThroughTheVdso) {
  std::ifstream source("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  std::string clock;
  source >> clock;
  if (clock != "tsc" && clock != "kvm-clock")
    GTEST_SKIP() << "the vDSO does not read the clock source '" << clock << "'";
  record({"--sample", "1000"}, "clock_reader");
  std::size_t inside = 0;
  for (const Sighting& sample : sightings("sample")) {
    const Stack* stack = trace_.tables.stack(sample.event.stack);
    if (stack == nullptr || trace_.tables.string(stack->frames[0].module) != "[vdso]") continue;
    ++inside;
    EXPECT_NE(sample.stack[0], "[vdso]") << "its function has a name";
    EXPECT_FALSE(between(sample.stack, "read_clock", "main").empty() && !sample.has("main"))
        << ::testing::PrintToString(sample.stack);
  }
  EXPECT_GT(inside, 0U);
}

TEST_F(StacksTest, OnlyAskedForStacksAreTaken) {
  record({}, "handler_that_blocks");
  EXPECT_TRUE(sightings("poll")[0].stack.empty());
  record({"--sample", "1000"}, "handler_that_blocks");
  EXPECT_TRUE(sightings("poll")[0].stack.empty());
}

TEST(SampleOption, IsChecked) {
  const ScratchDirectory directory;
  for (const char* rate : {"0", "1001", "-1", "often"}) {
    const Finished finished = run_simrec(directory, {"--sample", rate, "true"});
    EXPECT_EQ(WEXITSTATUS(finished.status), 125) << rate;
    EXPECT_NE(finished.err.find("--sample"), std::string::npos) << finished.err;
  }
}

}  // namespace
}  // namespace simrec::record::testing
