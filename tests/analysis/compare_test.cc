// `simtrace compare`: what counts as a change, how processes are matched, what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/comparison.h"
#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"
#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

TimeByCause times(Ns compute_ns, Ns network_ns = 0) {
  TimeByCause time{};
  time[static_cast<std::size_t>(Cause::compute)] = compute_ns;
  time[static_cast<std::size_t>(Cause::network)] = network_ns;
  return time;
}

RunProfile run_of(Ns wall_ns, std::vector<RunProcess> processes) {
  RunProfile run;
  run.path = "file";
  run.wall_ns = wall_ns;
  for (const RunProcess& process : processes)
    for (std::size_t i = 0; i < kCauses; ++i) run.time[i] += process.time[i];
  run.processes = std::move(processes);
  return run;
}

TEST(Comparison, TheLargestChangeComesFirst) {
  const RunProfile a = run_of(1000, {{"client", times(100, 800)}, {"server", times(300)}});
  const RunProfile b = run_of(1500, {{"client", times(110, 1200)}, {"server", times(200)}});
  const Comparison comparison = compare_runs(a, b, 0.01);
  ASSERT_EQ(comparison.processes.size(), 3u);
  EXPECT_EQ(comparison.processes[0].who, "client");
  EXPECT_EQ(comparison.processes[0].cause, "network");
  EXPECT_EQ(comparison.processes[0].difference(), 400);
  EXPECT_EQ(comparison.processes[1].who, "server");
  EXPECT_EQ(comparison.processes[1].difference(), -100);
  EXPECT_TRUE(comparison.processes[1].matters);
  EXPECT_FALSE(comparison.processes[2].matters) << "10 of 1500 ns are below one percent";
  EXPECT_FALSE(comparison.same);
  EXPECT_EQ(comparison.totals.front().cause, "wall time");
}

TEST(Comparison, SmallChangesAreNoise) {
  const RunProfile a = run_of(1000, {{"p", times(100)}}), b = run_of(1009, {{"p", times(109)}});
  EXPECT_TRUE(compare_runs(a, b, 0.01).same);
  EXPECT_FALSE(compare_runs(a, b, 0.001).same);
  EXPECT_TRUE(compare_runs(a, a, 0).same);
}

TEST(Comparison, NamesakesAreMatchedInOrder) {
  const RunProfile a = run_of(1000, {{"w", times(100)}, {"w", times(200)}});
  const RunProfile b = run_of(1000, {{"w", times(100)}, {"w", times(700)}, {"w", times(50)}});
  const Comparison comparison = compare_runs(a, b, 0);
  EXPECT_EQ(comparison.processes[0].who, "w #2");
  EXPECT_EQ(comparison.processes[0].difference(), 500);
  EXPECT_EQ(comparison.processes[1].who, "w #3");
  EXPECT_EQ(comparison.notes, std::vector<std::string>{"1 of 3 processes 'w' is only in B"});
}

TEST(Comparison, ManyNamesakesAreOne) {
  const std::vector<RunProcess> nine(9, {"cc1", times(10)}), ten(10, {"cc1", times(10)});
  const Comparison comparison = compare_runs(run_of(1000, nine), run_of(1000, ten), 0);
  ASSERT_EQ(comparison.processes.size(), 1u);
  EXPECT_EQ(comparison.processes[0].who, "cc1 (9 and 10 processes)");
  EXPECT_EQ(comparison.processes[0].difference(), 10);
}

TEST(Comparison, CriticalPathsAreComparedByKindAndWho) {
  const auto part = [](PathKind kind, std::string who, Ns time) { return PathShare{kind, std::move(who), time}; };
  RunProfile a = run_of(1000, {{"p", times(1)}}), b = a;
  a.critical_path = {part(PathKind::latency, "p → q", 400), part(PathKind::compute, "p", 600)};
  EXPECT_TRUE(compare_runs(a, b, 0).critical_path.empty()) << "only one has a path";
  b.critical_path = {part(PathKind::latency, "q → p", 200), part(PathKind::latency, "p → q", 900)};
  const Comparison comparison = compare_runs(a, b, 0);
  ASSERT_EQ(comparison.critical_path.size(), 3u);
  EXPECT_EQ(comparison.critical_path[0].cause, "compute");
  EXPECT_EQ(comparison.critical_path[0].difference(), -600) << "what only one path has counts, too";
  EXPECT_EQ(comparison.critical_path[1].who, "p → q");
  EXPECT_EQ(comparison.critical_path[1].difference(), 500);
  EXPECT_EQ(comparison.critical_path[2].who, "q → p");
  EXPECT_FALSE(comparison.same);
}

TEST(Comparison, OtherKindsAndOtherProgramsAreRefused) {
  RunProfile a = run_of(1000, {{"redis-server", times(1)}}), b = run_of(1000, {{"nginx", times(1)}});
  EXPECT_THROW(compare_runs(a, b, 0), TraceError);
  b = a;
  b.kind = FileKind::prediction;
  EXPECT_THROW(compare_runs(a, b, 0), TraceError);
}

class CompareCommand : public testing::Test {
 protected:
  std::string prediction(const std::string& name, Ns compute_ns, Ns network_ns) {
    Prediction prediction;
    prediction.summary.trace_name = "t.capnp";
    prediction.summary.platform_name = name + ".xml";
    prediction.summary.predicted_ns = compute_ns + network_ns;
    ProcessResult process;
    process.pid = 10;
    process.name = "prog";
    process.compute_ns = compute_ns;
    process.waits.network_ns = network_ns;
    prediction.summary.processes = {process};
    prediction.path = CriticalPath{
        {"", "tcp"},
        {{0, compute_ns, PathKind::compute, 10, 10, 0, 0}, {compute_ns, network_ns, PathKind::latency, 10, 10, 1, 0}},
        {}};
    write_prediction(scratch_ / name, prediction);
    return scratch_ / name;
  }

  test::ScratchDirectory scratch_;
};

TEST_F(CompareCommand, TracesAgainstThemselvesAreTheSame) {
  const std::string trace = scratch_ / "trace";
  test::write_pipeline_trace(trace);
  const test::Result result = test::run_program({SIMTRACE, "compare", trace, trace});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.out.find("waiting: child"), std::string::npos) << result.out;
  EXPECT_EQ(result.err, "");
}

TEST_F(CompareCommand, PredictionsDifferByCause) {
  const std::string lan = prediction("lan", 1'000'000'000, 1'000'000),
                    wan = prediction("wan", 1'000'000'000, 500'000'000);
  const test::Result text = test::run_program({SIMTRACE, "compare", lan, wan});
  EXPECT_EQ(text.status, 1);
  EXPECT_NE(text.out.find("+499.0 ms"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("Critical path"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("… and 1 change below the threshold (--all)"), std::string::npos) << text.out;
  const test::Result result = test::run_program({SIMTRACE, "compare", "--json", lan, wan});
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("same"), false);
  EXPECT_EQ(json.at("critical_path").at(0).at("cause"), "latency");
  EXPECT_EQ(json.at("critical_path").at(0).at("who"), "prog → tcp");
  EXPECT_EQ(json.at("processes").at(0).at("difference"), 499'000'000);
  EXPECT_EQ(test::run_program({SIMTRACE, "compare", "-t", "60", lan, wan}).status, 0);
}

TEST_F(CompareCommand, OtherCommandsAreNoted) {
  const std::string pipeline = scratch_ / "pipeline", calls = scratch_ / "calls";
  test::write_pipeline_trace(pipeline);
  test::write_calls_trace(calls);
  const test::Result result = test::run_program({SIMTRACE, "compare", pipeline, calls});
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.err.find("different programs"), std::string::npos) << result.err;
  EXPECT_EQ(result.out, "");
}

}  // namespace
}  // namespace simrec::analysis
