// Checks what `simtrace export` writes against the Trace Event Format: required fields per phase, slices that
// nest per thread, flows whose two ends lie inside slices.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

using Json = nlohmann::json;
using ThreadKey = std::pair<std::int64_t, std::int64_t>;

struct Span {
  double begin, end;
};

class TraceEvents {
 public:
  explicit TraceEvents(const std::string& text) : json_(Json::parse(text)) {
    for (const Json& event : json_.at("traceEvents")) check(event);
    for (const Json& event : json_.at("traceEvents")) check_thread_is_named(event);
  }

  int count(const std::string& phase) const { return counts_.contains(phase) ? counts_.at(phase) : 0; }
  const std::map<ThreadKey, std::vector<Span>>& slices() const { return slices_; }
  const Json& json() const { return json_; }

  bool covered(ThreadKey thread, double time) const {
    const auto slices = slices_.find(thread);
    return slices != slices_.end() &&
           std::ranges::any_of(slices->second, [&](Span s) { return s.begin <= time && time <= s.end; });
  }

 private:
  void check(const Json& event) {
    const std::string phase = event.at("ph");
    ++counts_[phase];
    EXPECT_TRUE(event.at("name").is_string());
    const ThreadKey thread{event.at("pid").get<std::int64_t>(), event.at("tid").get<std::int64_t>()};
    if (phase == "M") {
      EXPECT_TRUE(event.at("args").is_object());
      if (event.at("name") == "thread_name") named_.insert(thread);
      return;
    }
    EXPECT_TRUE(event.at("cat").is_string());
    const double time = event.at("ts");
    EXPECT_GE(time, 0);
    if (phase == "X") {
      const double duration = event.at("dur");
      EXPECT_GE(duration, 0);
      auto& slices = slices_[thread];
      if (!slices.empty()) {
        EXPECT_GE(time, slices.back().end - 1e-6) << "slices of one thread overlap: " << event;
      }
      slices.push_back({time, time + duration});
    } else if (phase == "i") {
      EXPECT_EQ(event.at("s"), "t");
    } else if (phase == "s" || phase == "f") {
      EXPECT_TRUE(event.contains("id"));
      if (phase == "f") {
        EXPECT_EQ(event.at("bp"), "e");
      }
    } else {
      ADD_FAILURE() << "unexpected phase " << event;
    }
  }

  void check_thread_is_named(const Json& event) const {
    if (event.at("ph") == "M") return;
    EXPECT_TRUE(named_.contains({event.at("pid").get<std::int64_t>(), event.at("tid").get<std::int64_t>()})) << event;
  }

  Json json_;
  std::map<std::string, int> counts_;
  std::map<ThreadKey, std::vector<Span>> slices_;
  std::set<ThreadKey> named_;
};

void expect_flows_inside_slices(const TraceEvents& events) {
  for (const Json& event : events.json().at("traceEvents")) {
    if (event.at("ph") != "s" && event.at("ph") != "f") continue;
    EXPECT_TRUE(events.covered({event.at("pid"), event.at("tid")}, event.at("ts"))) << event;
  }
}

Prediction sample_prediction() {
  Prediction prediction;
  prediction.summary.trace_name = "t.capnp";
  prediction.summary.platform_name = "p.xml";
  ProcessResult process;
  process.pid = 10;
  process.name = "prog";
  process.host = "h1";
  process.command_line = "prog \"x\"";
  prediction.summary.processes = {process};
  prediction.timelines = {{10, 10, 0, {{TimelineState::compute, 1500, 0}, {TimelineState::network, 2500, 12}}},
                          {10, 11, 500, {{TimelineState::compute, 3500, 0}, {TimelineState::sleep, 7, 0}}}};
  return prediction;
}

class Export : public testing::Test {
 protected:
  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "file.capnp";
};

TEST_F(Export, ATraceOpensInPerfetto) {
  write_pipeline_trace(path_);
  const Result result = run_program({SIMTRACE, "export", path_});
  ASSERT_EQ(result.status, 0) << result.err;
  const TraceEvents events(result.out);
  EXPECT_EQ(events.slices().size(), 3u);
  EXPECT_GT(events.count("X"), 15);
  EXPECT_GT(events.count("i"), 0);
  EXPECT_EQ(events.count("s"), 3) << "two forks and one message";
  EXPECT_EQ(events.count("f"), events.count("s"));
  expect_flows_inside_slices(events);
}

TEST_F(Export, EveryKindOfEventIsWellFormed) {
  write_calls_trace(path_);
  const TraceEvents events(run_program({SIMTRACE, "export", "--format", "perfetto", path_}).out);
  EXPECT_EQ(events.slices().size(), 1u);
}

TEST_F(Export, APredictionOpensInPerfetto) {
  write_prediction(path_, sample_prediction());
  const Result result = run_program({SIMTRACE, "export", path_});
  ASSERT_EQ(result.status, 0) << result.err;
  const TraceEvents events(result.out);
  EXPECT_EQ(events.count("X"), 4);
  EXPECT_EQ(events.count("s"), 1);
  expect_flows_inside_slices(events);
  const auto& spans = events.slices().at({10, 11});
  EXPECT_DOUBLE_EQ(spans.front().begin, 0.5) << "microseconds";
  EXPECT_DOUBLE_EQ(spans.front().end, 4.0);
}

TEST_F(Export, CsvHasOneRowPerSlice) {
  write_prediction(path_, sample_prediction());
  EXPECT_EQ(run_program({SIMTRACE, "export", "-f", "csv", path_}).out,
            "pid,tid,process,start_ns,duration_ns,category,name,result\n"
            "10,10,prog on h1,0,1500,compute,compute,\n"
            "10,10,prog on h1,1500,2500,network,wait: network,\n"
            "10,11,prog on h1,500,3500,compute,compute,\n"
            "10,11,prog on h1,4000,7,sleep,sleep,\n");
}

TEST_F(Export, JsonLinesParse) {
  write_calls_trace(path_);
  std::istringstream lines(run_program({SIMTRACE, "export", "-f", "json", path_}).out);
  std::set<std::string> types;
  for (std::string line; std::getline(lines, line);) types.insert(Json::parse(line).at("type").get<std::string>());
  EXPECT_EQ(types, (std::set<std::string>{"process", "thread", "slice", "instant"}));
}

TEST_F(Export, StreamsAreCountedFromEndToEnd) {
  write_pipeline_trace(path_);
  std::istringstream lines(run_program({SIMTRACE, "export", "-f", "json", path_}).out);
  std::vector<Json> streams;
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line);
    if (json.at("type") == "stream") streams.push_back(json);
  }
  ASSERT_EQ(streams.size(), 1u);
  EXPECT_EQ(streams[0], (Json{{"type", "stream"},
                              {"name", "pipe:[4711]"},
                              {"from_pid", 101},
                              {"to_pid", 102},
                              {"messages", 1},
                              {"bytes", 12}}));
}

TEST_F(Export, SampledStacksAreFolded) {
  write_sampled_trace(path_);
  EXPECT_EQ(run_program({SIMTRACE, "export", "-f", "folded", path_}).out,
            "prog 400;prog;[unknown] 1000000\n"
            "prog 400;prog;main;[prog] 4000000\n"
            "prog 400;prog;main;hot;hot 10000000\n");
}

TEST_F(Export, TheExtensionChoosesTheFormat) {
  write_pipeline_trace(path_);
  const std::string graph = scratch_ / "who.dot";
  EXPECT_EQ(run_program({SIMTRACE, "export", "-o", graph, path_}).status, 0);
  EXPECT_EQ(read_file(graph), run_program({SIMTRACE, "export", "-f", "dot", path_}).out);
  EXPECT_NE(read_file(graph).find("p101 -> p102"), std::string::npos);
}

TEST_F(Export, WritesAFileWholeOrNotAtAll) {
  write_calls_trace(path_);
  const std::string target = scratch_ / "timeline.json";
  EXPECT_EQ(run_program({SIMTRACE, "export", "-o", target, path_}).status, 0);
  EXPECT_EQ(read_file(target), run_program({SIMTRACE, "export", path_}).out);
  write_file(target, "precious");
  write_file(path_, "garbage");
  EXPECT_EQ(run_program({SIMTRACE, "export", "-o", target, path_}).status, 2);
  EXPECT_EQ(read_file(target), "precious");
}

}  // namespace
}  // namespace simrec::test
