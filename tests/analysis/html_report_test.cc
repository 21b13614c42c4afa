// Checks the page that `simtrace report` writes, short of running it (report_browser.py does that): that its data is
// the prediction's, that names cannot leave their place, that bad input leaves one message and no file.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_prediction.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

using Json = nlohmann::json;

constexpr const char* kSweep = R"({"tool":"simreplay","version":"0.1.0","trace":"t","platform":"p",
  "axes":[{"name":"net.latency","unit":"s","values":[0.001,0.01],"labels":["1ms","10ms"]}],
  "points":[{"index":[0],"predicted_s":1.5,"failed":null},{"index":[1],"predicted_s":null,"failed":"no route"}],
  "baseline_s":1.25})";

/// Text between the first `begin` and the `end` after it.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
  const std::size_t from = text.find(begin);
  if (from == std::string::npos) return "";
  return text.substr(from + begin.size(), text.find(end, from + begin.size()) - from - begin.size());
}

Json head_of(const std::string& page) {
  return Json::parse(between(page, R"(<script type="application/json" id="report-head">)", "</script>"));
}

class HtmlReport : public testing::Test {
 protected:
  Result report(const std::vector<std::string>& options = {}) const {
    std::vector<std::string> command = {SIMTRACE, "report", path_};
    command.insert(command.end(), options.begin(), options.end());
    return run_program(command);
  }
  void expect_refused(const std::vector<std::string>& options, const std::string& why) const {
    const std::string target = scratch_ / "page.html";
    std::vector<std::string> all = options;
    all.insert(all.end(), {"-o", target});
    const Result result = report(all);
    EXPECT_EQ(result.status, 2);
    EXPECT_NE(result.err.find(why), std::string::npos) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_FALSE(std::filesystem::exists(target));
  }

  ScratchDirectory scratch_;
  const std::string path_ = scratch_ / "prediction.capnp";
  const std::string sweep_ = scratch_ / "sweep.json";
};

TEST_F(HtmlReport, HoldsThePrediction) {
  write_prediction(path_, two_site_prediction());
  const Result result = report();
  ASSERT_EQ(result.status, 0) << result.err;
  const Json head = head_of(result.out);
  EXPECT_EQ(head.at("predicted_ns"), 50 * kRoundNs);
  EXPECT_EQ(head.at("processes").size(), 3u);
  EXPECT_EQ(head.at("processes").at(2).at("name"), kHostileName);
  EXPECT_EQ(head.at("threads").at(0).at("intervals"), 100);
  EXPECT_EQ(head.at("threads").size(), 5u) << "without the empty one";
  EXPECT_EQ(head.at("path").at("steps"), 201);
  EXPECT_EQ(head.at("path").at("owners").size(), 3u);
  EXPECT_EQ(head.at("connections").at(1).at("bytes"), 200'000);
  EXPECT_EQ(head.at("links").at(0).at("bytes_over_time").size(), 100u);
  EXPECT_EQ(head.at("trust").at("level"), "medium");
  EXPECT_TRUE(head.at("validity").at(1).at("share").is_null()) << "not measured";
  for (const char* column :
       {"durations", "states", "causes", "path-durations", "path-kinds", "path-owners", "path-whats", "path-waited"}) {
    EXPECT_FALSE(between(result.out, std::string("id=\"column-") + column + "\">", "</script>").empty()) << column;
  }
}

TEST_F(HtmlReport, NamesCannotBecomeMarkup) {
  write_prediction(path_, two_site_prediction());
  const std::string page = report().out;
  EXPECT_EQ(page.find(kHostileName), std::string::npos);
  EXPECT_EQ(between(page, "id=\"report-head\">", "</script>").find('<'), std::string::npos);
}

TEST_F(HtmlReport, AsksForNothingFromOutside) {
  write_prediction(path_, bare_prediction());
  const std::string page = report().out;
  EXPECT_NE(page.find("default-src 'none'"), std::string::npos);
  for (const char* forbidden : {"<link", " src=", "@import", "url(http"})
    EXPECT_EQ(page.find(forbidden), std::string::npos) << forbidden;
}

TEST_F(HtmlReport, ABarePredictionIsEnough) {
  write_prediction(path_, bare_prediction());
  const Result result = report();
  ASSERT_EQ(result.status, 0) << result.err;
  const Json head = head_of(result.out);
  for (const char* absent : {"path", "sweep", "trust", "closure_error", "interval_ns", "recording"})
    EXPECT_TRUE(head.at(absent).is_null()) << absent;
  EXPECT_TRUE(head.at("threads").empty());
}

TEST_F(HtmlReport, ASweepIsPartOfIt) {
  write_prediction(path_, bare_prediction());
  write_file(sweep_, kSweep);
  const Json sweep = head_of(report({"--sweep", sweep_}).out).at("sweep");
  EXPECT_EQ(sweep.at("axes").at(0).at("labels").at(1), "10ms");
  EXPECT_EQ(sweep.at("points").at(0).at("predicted_s"), 1.5);
  EXPECT_EQ(sweep.at("points").at(1).at("failed"), "no route");
  EXPECT_EQ(sweep.at("baseline_s"), 1.25);
}

TEST_F(HtmlReport, ABadSweepIsRefused) {
  write_prediction(path_, bare_prediction());
  expect_refused({"--sweep", scratch_ / "none.json"}, "cannot read sweep");
  const std::pair<const char*, const char*> kBad[] = {
      {"{", "it is not JSON"},
      {"[]", "it has no axes"},
      {R"({"axes":[{"name":"x","values":[1]}],"points":[]})", "it has no points"},
      {R"({"axes":[{"name":"x","values":["1"]}],"points":[1]})", "no number"},
      {R"({"axes":[{"name":"x","values":[1]}],"points":[{"index":[1],"predicted_s":1}]})", "outside its axes"},
      {R"({"axes":[{"name":"x","values":[1]}],"points":[{"index":[0]}]})", "neither"},
      {R"({"axes":[{"name":"x","values":[1]}],"points":[{"index":[],"predicted_s":1}]})", "one index per axis"}};
  for (const auto& [text, why] : kBad) {
    write_file(sweep_, text);
    expect_refused({"--sweep", sweep_}, why);
  }
}

TEST_F(HtmlReport, TheTraceTellsWhereItWasRecorded) {
  const std::string trace = scratch_ / "trace.capnp";
  write_pipeline_trace(trace);
  Prediction prediction = bare_prediction();
  prediction.summary.trace_sha256.clear();  // an older prediction that does not say
  write_prediction(path_, prediction);
  EXPECT_EQ(head_of(report({"--trace", trace}).out).at("recording").at("host").at("cores"), 2);
  write_prediction(path_, bare_prediction());
  expect_refused({"--trace", trace}, "is not the trace that this prediction was made from");
}

TEST_F(HtmlReport, ATraceIsNoPrediction) {
  write_pipeline_trace(path_);
  expect_refused({}, "is a trace, not a prediction; make one with");
}

TEST_F(HtmlReport, WritesAFileWholeOrNotAtAll) {
  write_prediction(path_, two_site_prediction(3));
  const std::string target = scratch_ / "page.html";
  EXPECT_EQ(report({"-o", target}).status, 0);
  EXPECT_EQ(read_file(target), report().out);
  write_file(target, "precious");
  write_file(path_, "garbage");
  EXPECT_EQ(report({"-o", target}).status, 2);
  EXPECT_EQ(read_file(target), "precious");
}

}  // namespace
}  // namespace simrec::test
