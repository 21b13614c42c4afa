// Pajé, folded stacks and Graphviz, and how a format is chosen.
#include "analysis/timeline_formats.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"
#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

constexpr ThreadKey kMain{10, 10}, kWorker{10, 11}, kOther{20, 20};

/// Two processes on two hosts; nothing in kWorker from 3 to 5 µs.
void play(TimelineSink& sink) {
  const CallStack stack = {"main", "read;all\n"};
  sink.begin("a \"title\"");
  sink.process({10, "prog", "prog on h1", "h1", "prog --x"});
  sink.process({20, "other", "other on h2", "h2", "other"});
  sink.thread(kMain, "main thread");
  sink.thread(kWorker, "thread 11");
  sink.thread(kOther, "main thread");
  sink.slice({.thread = kOther, .start_ns = 0, .duration_ns = 9000, .category = "network", .name = "wait: network"});
  sink.slice(
      {.thread = kMain, .start_ns = 0, .duration_ns = 2000, .category = "compute", .name = "compute", .cpu_ns = 1500});
  sink.slice({.thread = kMain,
              .start_ns = 2000,
              .duration_ns = 4000,
              .category = "call",
              .name = "read",
              .cpu_ns = 1000,
              .stack = &stack});
  sink.slice({.thread = kWorker,
              .start_ns = 1000,
              .duration_ns = 2000,
              .category = "compute",
              .name = "compute",
              .cpu_ns = 2000});
  sink.slice({.thread = kWorker,
              .start_ns = 5000,
              .duration_ns = 1000,
              .category = "compute",
              .name = "compute",
              .cpu_ns = 1000});
  sink.instant({.thread = kMain, .time_ns = 6000, .name = "signal"});
  sink.flow({"message", kMain, 2500, kOther, 8999});
  sink.stream({"tcp 1:1->2:2", 10, 20, 3, 1500});
  sink.stream({"tcp 1:9->2:2", 10, 20, 1, 500});
  sink.stream({"tcp 1:8->2:2", 10, 20, 0, 0});
  sink.end();
}

std::string played(std::unique_ptr<TimelineSink> (*make)(std::ostream&)) {
  std::ostringstream out;
  play(*make(out));
  return out.str();
}

std::vector<std::vector<std::string>> fields_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '%' || line[0] == '#') continue;
    rows.emplace_back();
    std::istringstream words(line);
    for (std::string word; words >> word;) rows.back().push_back(word);
  }
  return rows;
}

TEST(Paje, EventsComeInTimeOrderWithinLivingContainers) {
  std::map<std::string, double> alive;
  std::set<std::string> links;
  double last = 0;
  int states = 0;
  for (const auto& row : fields_of(played(make_paje_sink))) {
    const int definition = std::stoi(row[0]);
    if (definition <= 4) continue;
    const double time = std::stod(row[1]);
    EXPECT_GE(time, last) << row[0];
    last = time;
    if (definition == 5) {
      EXPECT_TRUE(alive.contains(row[4]) || row[4] == "0") << row[4];
      alive[row[2]] = time;
    } else if (definition == 6) {
      EXPECT_EQ(alive.erase(row[3]), 1u) << row[3];
    } else if (definition == 7) {
      EXPECT_TRUE(alive.contains(row[3]));
      ++states;
    } else if (definition == 9) {
      EXPECT_TRUE(alive.contains(row[5])) << row[5];
      links.insert(row[6]);
    } else if (definition == 10) {
      EXPECT_EQ(links.erase(row[6]), 1u) << "a link ends once, after it started";
    }
  }
  EXPECT_EQ(states, 5 + 2 + 3) << "five slices, two gaps, three ends";
  EXPECT_TRUE(alive.empty());
  EXPECT_TRUE(links.empty());
  EXPECT_DOUBLE_EQ(last, 9e-6);
}

TEST(Paje, NamesHoldNoQuotes) {
  const std::string text = played(make_paje_sink);
  EXPECT_NE(text.find("\"a 'title'\""), std::string::npos) << text;
  EXPECT_NE(text.find("\"prog 10\""), std::string::npos);
  EXPECT_NE(text.find("\"wait: network\" \"0.13 0.59 0.95\""), std::string::npos);
}

TEST(Folded, TheLinesOfAThreadAddUpToItsTime) {
  EXPECT_EQ(played(make_folded_sink),
            "prog on h1 10;main thread;main;read:all ;read 4000\n"
            "prog on h1 10;main thread;compute 1500\n"
            "prog on h1 10;main thread;[waiting for a core] 500\n"
            "prog on h1 10;thread 11;compute 3000\n"
            "other on h2 20;main thread;wait: network 9000\n");
}

TEST(Folded, SamplesStandForAllCpuTime) {
  std::ostringstream out;
  const auto sink = make_folded_sink(out);
  const CallStack stack = {"main", "hot"};
  sink->begin("");
  sink->process({1, "p", "p", "h", "p"});
  sink->thread({1, 1}, "p");
  sink->slice(
      {.thread = {1, 1}, .start_ns = 0, .duration_ns = 700, .category = "compute", .name = "compute", .cpu_ns = 700});
  sink->instant({.thread = {1, 1}, .time_ns = 700, .name = "sample", .sampled_cpu_ns = 600, .stack = &stack});
  sink->instant({.thread = {1, 1}, .time_ns = 700, .name = "sample", .sampled_cpu_ns = 50});
  sink->slice(
      {.thread = {1, 1}, .start_ns = 700, .duration_ns = 300, .category = "call", .name = "read", .cpu_ns = 100});
  sink->end();
  EXPECT_EQ(out.str(),
            "p 1;p;read 200\n"
            "p 1;p;[unknown] 50\n"
            "p 1;p;main;hot 600\n"
            "p 1;p;[not sampled] 150\n");
}

TEST(Dot, AnArrowPerPairOfProcesses) {
  const std::string text = played(make_dot_sink);
  EXPECT_NE(text.find("label=\"a \\\"title\\\"\""), std::string::npos) << text;
  EXPECT_NE(text.find("p10 -> p20 [penwidth=4, label=\"2.00 kB in 4 messages\\n2 × tcp\"]"), std::string::npos) << text;
  EXPECT_NE(text.find("subgraph cluster_1"), std::string::npos) << "a box per host";
  EXPECT_EQ(text.find("style=dotted"), std::string::npos);
}

TEST(Formats, AreChosenByNameOrExtension) {
  EXPECT_EQ(timeline_format_of_file("-").name, "perfetto");
  EXPECT_EQ(timeline_format_of_file("a/b.paje").name, "paje");
  EXPECT_EQ(timeline_format_of_file("b.gv").name, "dot");
  EXPECT_EQ(timeline_format_of_file("b.dot").name, "dot");
  EXPECT_EQ(timeline_format_of_file("b.d").name, "perfetto") << "no part of an extension";
  EXPECT_EQ(timeline_format_of_file("b.json").name, "perfetto");
  EXPECT_EQ(timeline_format_of_file("b.jsonl").name, "json");
  EXPECT_EQ(timeline_format_of_file("x.csv/b").name, "perfetto");
  EXPECT_EQ(timeline_format_of_file("b.").name, "perfetto");
  EXPECT_EQ(timeline_format("folded").name, "folded");
  try {
    timeline_format("foldet");
    ADD_FAILURE() << "accepted";
  } catch (const TraceError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'folded'?"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace simrec::analysis
