#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "replayer/cli/prediction.h"
#include "replayer/cli/report_json.h"
#include "replayer/cli/report_text.h"

namespace simrec::replay {
namespace {

constexpr Ns kMs = 1'000'000;

PredictionSummary two_processes() {
  PredictionSummary summary;
  summary.simgrid_version = "3.32";
  summary.trace_name = "t.capnp";
  summary.platform_name = "wan.xml";
  summary.engine = "event";
  summary.predicted_ns = 2000 * kMs;
  summary.recorded_ns = 1100 * kMs;
  summary.native_estimate_ns = 1000 * kMs;
  summary.twin_ns = 984 * kMs;
  summary.closure_error = -0.016;
  summary.events = 1234;
  summary.operations = 99;
  ProcessResult client{.pid = 7,
                       .name = "client",
                       .command_line = "client --fast",
                       .host = "h1",
                       .start_ns = 0,
                       .end_ns = 2000 * kMs,
                       .compute_ns = 500 * kMs,
                       .waits = {},
                       .threads = 1};
  client.waits.network_ns = 1500 * kMs;
  ProcessResult server{.pid = 8,
                       .name = "server",
                       .command_line = "server",
                       .host = "h2",
                       .start_ns = 10 * kMs,
                       .end_ns = 1990 * kMs,
                       .compute_ns = 250 * kMs,
                       .waits = {},
                       .threads = 4};
  server.waits.sleep_ns = 5 * kMs;
  summary.processes = {client, server};
  summary.hosts = {{"h1", 2, 1e9, 500 * kMs}, {"h2", 4, 2e9, 250 * kMs}};
  summary.counts = {{"expired timeouts", 3}, {"nothing", 0}};
  summary.warnings = {"a warning"};
  summary.trust = "medium";
  summary.trust_reasons = {"7 % of the time are timeouts", "the recording is a part of a run"};
  summary.validity = {{"timeouts that expired while recording", 3, 0.07},
                      {"calls that found nothing (EAGAIN)", 1200, -1}};
  summary.counts.push_back({"lock winners", 2});
  summary.interval_low_ns = 1800 * kMs;
  summary.interval_high_ns = 2222 * kMs;
  summary.uncertainties = {{"model", 0.08}};
  summary.recordings = 3;
  return summary;
}

std::string text_of(const PredictionSummary& summary) {
  std::ostringstream out;
  Prediction prediction;
  prediction.summary = summary;
  print_summary(prediction, out, false);
  return out.str();
}

TEST(SummaryText, IsWhatThisTestSays) {
  EXPECT_EQ(text_of(two_processes()),
            R"(twin: predicted 984.0 ms, recorded without tracing cost 1.000 s, closure error -1.6 %
trust: medium: 7 % of the time are timeouts;
       the recording is a part of a run

client --fast on wan.xml
  predicted wall time  2.000 s  (1.800 s – 2.222 s), median of 3 recordings, 2.03 times as long as on the twin
  recorded             1.100 s  while being traced
  native estimate      1.000 s  recorded, tracing cost removed

  PID  PROCESS             HOST     START      END  COMPUTING  NETWORK     SLEEP
    7  client              h1        0 ns  2.000 s   500.0 ms  1.500 s         -
    8  server (4 threads)  h2    10.00 ms  1.990 s   250.0 ms        -  5.000 ms
       all 2 processes                               750.0 ms  1.500 s  5.000 ms
  (right of COMPUTING: time waited, by cause, summed over threads; CORE = ready, but every core was busy)

  HOST  CORES  SPEED PER CORE  BUSY
  h1        2       1 Gflop/s  12 %
  h2        4       2 Gflop/s   3 %

What a trace cannot tell, and by how much the prediction changes if it went otherwise
  HOW OFTEN        CHANGE  WHAT
          3         7.0 %  timeouts that expired while recording
      1,200  not measured  calls that found nothing (EAGAIN)

Also seen, with an effect that no replay can measure
  2  lock winners

warning: a warning

1,234 recorded events replayed as 99 operations, event engine, SimGrid 3.32
)");
}

TEST(SummaryText, ALargeClosureErrorIsAWarningOfItsOwn) {
  PredictionSummary summary = two_processes();
  summary.closure_error = 0.25;
  EXPECT_NE(text_of(summary).find("closure error +25.0 %\nwarning: "), std::string::npos);
}

TEST(SummaryText, WithoutClosureSaysNothingAboutIt) {
  PredictionSummary summary = two_processes();
  summary.twin_ns = 0;
  EXPECT_EQ(text_of(summary).find("closure"), std::string::npos);
}

TEST(SummaryText, ManyProcessesAreFolded) {
  PredictionSummary summary = two_processes();
  for (int i = 0; i < 55; ++i) summary.processes.push_back(summary.processes[1]);
  const std::string text = text_of(summary);
  EXPECT_NE(text.find("… and 38 more"), std::string::npos) << text;
  EXPECT_NE(text.find("all 57 processes"), std::string::npos);
}

TEST(SummaryJson, HasTheDocumentedFields) {
  std::ostringstream out;
  Prediction prediction;
  prediction.summary = two_processes();
  print_json(prediction, out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_DOUBLE_EQ(json.at("predicted_s"), 2.0);
  EXPECT_DOUBLE_EQ(json.at("recorded_s"), 1.1);
  EXPECT_DOUBLE_EQ(json.at("native_estimate_s"), 1.0);
  EXPECT_DOUBLE_EQ(json.at("closure_error"), -0.016);
  EXPECT_EQ(json.at("events"), 1234);
  EXPECT_EQ(json.at("processes").size(), 2u);
  const auto& client = json.at("processes")[0];
  EXPECT_EQ(client.at("pid"), 7);
  EXPECT_EQ(client.at("cmdline"), "client --fast");
  EXPECT_DOUBLE_EQ(client.at("cpu_s"), 0.5);
  EXPECT_DOUBLE_EQ(client.at("wait_s").at("network"), 1.5);
  for (const char* cause : {"network", "disk", "sync", "child", "sleep", "ready"})
    EXPECT_TRUE(client.at("wait_s").contains(cause)) << cause;
  EXPECT_EQ(json.at("hosts")[1].at("cores"), 4);
  EXPECT_EQ(json.at("counts").at("expired timeouts"), 3);
  EXPECT_EQ(json.at("warnings")[0], "a warning");
  EXPECT_EQ(json.at("trust").at("level"), "medium");
  EXPECT_EQ(json.at("trust").at("reasons").size(), 2u);
  EXPECT_EQ(json.at("interval_s"), nlohmann::json({1.8, 2.222}));
  EXPECT_DOUBLE_EQ(json.at("interval").at("high_s"), 2.222);
  EXPECT_DOUBLE_EQ(json.at("interval").at("half_widths").at("model"), 0.08);
  EXPECT_EQ(json.at("recordings"), 3);
  EXPECT_EQ(json.at("validity")[0].at("what"), "timeouts that expired while recording");
  EXPECT_EQ(json.at("validity")[0].at("count"), 3);
  EXPECT_DOUBLE_EQ(json.at("validity")[0].at("share"), 0.07);
  EXPECT_TRUE(json.at("validity")[1].at("share").is_null());
}

TEST(SummaryJson, SaysNullWhereNothingIsKnownAndSurvivesBadUtf8) {
  PredictionSummary summary = two_processes();
  summary.twin_ns = 0;
  summary.processes[0].command_line = "caf\xe9";
  std::ostringstream out;
  Prediction prediction;
  prediction.summary = summary;
  print_json(prediction, out);
  EXPECT_TRUE(nlohmann::json::parse(out.str()).at("closure_error").is_null());
}

TEST(MakePrediction, CarriesTimelinesWithTids) {
  Program program;
  program.native_estimate_ns = 100;
  program.recorded_ns = 120;
  program.processes.resize(1);
  program.processes[0].pid = 10;
  program.threads.resize(2);
  program.threads[0].tid = 10;
  program.threads[1].tid = 11;
  Outcome outcome;
  outcome.predicted_ns = 90;
  outcome.processes.resize(1);
  outcome.thread_start_ns = {0, 5};
  outcome.timeline = {{{90, IntervalState::compute, 0}}, {{40, IntervalState::sync, 1}}};
  const Prediction prediction = make_prediction(program, outcome, 110, {}, {});
  EXPECT_NEAR(prediction.summary.closure_error, 0.1, 1e-12);
  ASSERT_EQ(prediction.timelines.size(), 2u);
  EXPECT_EQ(prediction.timelines[1].start_ns, 5);
  ASSERT_EQ(prediction.timelines[1].intervals.size(), 1u);
  EXPECT_EQ(prediction.timelines[1].intervals[0].state, TimelineState::sync);
  EXPECT_EQ(prediction.timelines[1].intervals[0].cause_tid_plus_one, 11u);
  EXPECT_FALSE(has_closure(make_prediction(program, outcome, std::nullopt, {}, {}).summary));
}

}  // namespace
}  // namespace simrec::replay
