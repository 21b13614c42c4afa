#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"
#include "trace-format/prediction_file.h"

namespace simrec::test {
namespace {

class Replay : public testing::Test {
 protected:
  Replay() {
    write_pipeline_trace(trace_);
    write_file(platform_, platform("2Gf"));
  }

  static std::string platform(const std::string& speed) {
    return "<?xml version='1.0'?><!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\"><platform "
           "version=\"4.1\"><zone id=\"z\" routing=\"Full\">"
           "<host id=\"h1\" speed=\"" +
           speed + "\" core=\"2\"/></zone></platform>\n";
  }

  Result simreplay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SIMREPLAY);
    return run_program(arguments);
  }

  ScratchDirectory scratch_;
  const std::string trace_ = scratch_ / "pipeline.capnp";
  const std::string platform_ = scratch_ / "platform.xml";
};

TEST_F(Replay, OnTheTwinReportsTheClosureErrorFirst) {
  const Result result = simreplay({trace_});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("twin: predicted ")) << result.out;
  EXPECT_NE(result.out.find("closure error"), std::string::npos);
  EXPECT_NE(result.out.find("on the twin of box"), std::string::npos);
  EXPECT_EQ(result.err, "");
}

TEST_F(Replay, AHostTwiceAsFastHalvesTheComputing) {
  const Result result = simreplay({trace_, platform_, "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  ASSERT_EQ(json.at("processes").size(), 3u);
  const auto& ls = json.at("processes")[1];
  EXPECT_EQ(ls.at("name"), "ls");
  EXPECT_EQ(ls.at("host"), "h1");
  EXPECT_NEAR(ls.at("cpu_s").get<double>(), 0.003125 / 2, 20e-6);
  EXPECT_LT(json.at("predicted_s"), json.at("twin_s"));
  EXPECT_DOUBLE_EQ(json.at("recorded_s"), 0.01);
  EXPECT_EQ(json.at("events"), 26);
}

TEST_F(Replay, HostSpeedOverridesTheRecordedOne) {
  const auto cpu = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {trace_, platform_, "--json"});
    return nlohmann::json::parse(simreplay(more).out).at("processes")[1].at("cpu_s").get<double>();
  };
  EXPECT_NEAR(cpu({"--host-speed", "2Gf"}), 2 * cpu({}), 1e-6);
}

TEST_F(Replay, TwoRunsAreBitIdentical) {
  const std::string first = simreplay({trace_, platform_, "--json", "-o", scratch_ / "a"}).out;
  const std::string second = simreplay({trace_, platform_, "--json", "-o", scratch_ / "b"}).out;
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first, second);
  EXPECT_EQ(read_file(scratch_ / "a"), read_file(scratch_ / "b"));
}

TEST_F(Replay, ThePredictionFileSaysTheSameAsTheJson) {
  const std::string file = scratch_ / "p.capnp";
  const auto json = nlohmann::json::parse(simreplay({trace_, platform_, "--json", "-o", file}).out);
  const Prediction prediction = read_prediction(file);
  EXPECT_DOUBLE_EQ(static_cast<double>(prediction.summary.predicted_ns) / 1e9, json.at("predicted_s"));
  EXPECT_DOUBLE_EQ(prediction.summary.closure_error, json.at("closure_error"));
  EXPECT_EQ(prediction.summary.trace_sha256, json.at("trace").at("sha256"));
  EXPECT_EQ(prediction.timelines.size(), 3u);
  EXPECT_EQ(prediction.summary.trust, json.at("trust").at("level"));
  EXPECT_EQ(prediction.summary.validity.size(), json.at("validity").size());
  EXPECT_DOUBLE_EQ(static_cast<double>(prediction.summary.interval_low_ns) / 1e9, json.at("interval_s")[0]);
  const Result exported = run_program({SIMTRACE, "export", file});
  EXPECT_EQ(exported.status, 0) << exported.err;
  EXPECT_FALSE(nlohmann::json::parse(exported.out).at("traceEvents").empty());
}

TEST_F(Replay, TheCriticalPathIsThePredictedTime) {
  const std::string file = scratch_ / "p.capnp";
  const auto json = nlohmann::json::parse(simreplay({trace_, platform_, "--json", "-o", file}).out);
  const Prediction prediction = read_prediction(file);
  ASSERT_TRUE(prediction.path);
  Ns sum = 0;
  for (const PathStep& step : prediction.path->steps) sum += step.duration_ns;
  EXPECT_EQ(sum, prediction.summary.predicted_ns);
  EXPECT_FALSE(prediction.connections.empty());
  const auto info = nlohmann::json::parse(run_program({SIMTRACE, "info", "--json", file}).out);
  EXPECT_EQ(info.at("critical_path").at("by_kind_ns"), json.at("critical_path").at("by_kind_ns"));
  EXPECT_NE(run_program({SIMTRACE, "info", file}).out.find("Its longest steps"), std::string::npos);
}

TEST_F(Replay, TheCriticalPathIsFollowedUnlessNobodyWantsIt) {
  const auto path = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {trace_, platform_, "--json", "--no-closure", "--no-validity"});
    return nlohmann::json::parse(simreplay(more).out).at("critical_path");
  };
  EXPECT_FALSE(path({}).is_null());
  EXPECT_TRUE(path({"--no-path"}).is_null());
  EXPECT_TRUE(path({"-o", scratch_ / "p", "--no-timeline"}).is_null());
  EXPECT_TRUE(path({"--engine", "reference"}).is_null());
}

TEST_F(Replay, InfoSummarisesAPrediction) {
  const std::string file = scratch_ / "p.capnp";
  const auto json = nlohmann::json::parse(simreplay({trace_, platform_, "--json", "-o", file}).out);
  const Result text = run_program({SIMTRACE, "info", file});
  EXPECT_EQ(text.status, 0) << text.err;
  EXPECT_NE(text.out.find("trust: " + json.at("trust").at("level").get<std::string>()), std::string::npos) << text.out;
  const auto info = nlohmann::json::parse(run_program({SIMTRACE, "info", "--json", file}).out);
  for (const char* field : {"predicted_s", "interval_s", "trust", "validity", "recordings"})
    EXPECT_EQ(info.at(field), json.at(field)) << field;
}

TEST_F(Replay, APredictionWithoutTimelineSaysSoWhenExported) {
  const std::string file = scratch_ / "p.capnp";
  ASSERT_EQ(simreplay({trace_, "-q", "-o", file, "--no-timeline"}).status, 0);
  const Result exported = run_program({SIMTRACE, "export", file});
  EXPECT_EQ(exported.status, 2);
  EXPECT_NE(exported.err.find("no timeline"), std::string::npos);
}

TEST_F(Replay, PredictionOnStandardOutputLeavesItToNobodyElse) {
  const Result result = simreplay({trace_, "-o", "-"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.err.find("twin: "), std::string::npos);
  write_file(scratch_ / "p.capnp", result.out);
  EXPECT_EQ(read_prediction(scratch_ / "p.capnp").summary.processes.size(), 3u);
}

TEST_F(Replay, SaysHowFarItCanBeTrusted) {
  const Result text = simreplay({trace_, platform_});
  EXPECT_NE(text.out.find("\ntrust: "), std::string::npos) << text.out;
  const auto json = nlohmann::json::parse(simreplay({trace_, platform_, "--json"}).out);
  EXPECT_TRUE(json.at("trust").at("level").is_string());
  EXPECT_LT(json.at("interval_s")[0], json.at("predicted_s"));
  EXPECT_GT(json.at("interval_s")[1], json.at("predicted_s"));
  EXPECT_EQ(json.at("recordings"), 1);
  const auto hasty = nlohmann::json::parse(simreplay({trace_, platform_, "--json", "--no-validity"}).out);
  EXPECT_EQ(hasty.at("predicted_s"), json.at("predicted_s"));
  for (const auto& doubt : hasty.at("validity")) EXPECT_TRUE(doubt.at("share").is_null());
}

TEST_F(Replay, SeveralRecordingsOfOneExperimentAreOnePrediction) {
  const auto one = nlohmann::json::parse(simreplay({trace_, platform_, "--json"}).out);
  const Result three = simreplay({trace_, trace_, trace_, platform_, "--same-experiment", "--json"});
  ASSERT_EQ(three.status, 0) << three.err;
  const auto json = nlohmann::json::parse(three.out);
  EXPECT_EQ(json.at("recordings"), 3);
  EXPECT_EQ(json.at("predicted_s"), one.at("predicted_s"));
  EXPECT_GT(json.at("interval_s")[0], one.at("interval_s")[0]) << "three that agree say more than one";
  EXPECT_EQ(json.at("processes"), one.at("processes"));
}

TEST_F(Replay, WithoutClosureReplaysOnlyThePlatform) {
  const auto json = nlohmann::json::parse(simreplay({trace_, platform_, "--json", "--no-closure"}).out);
  EXPECT_TRUE(json.at("closure_error").is_null());
}

TEST_F(Replay, BothEnginesRun) {
  const auto seconds = [&](const std::string& engine) {
    return nlohmann::json::parse(simreplay({trace_, platform_, "--json", "--engine", engine}).out)
        .at("predicted_s")
        .get<double>();
  };
  EXPECT_NEAR(seconds("event"), seconds("reference"), 1e-6 * seconds("event"));
}

TEST_F(Replay, DumpsTheCausalProgram) {
  const Result result = simreplay({trace_, "--dump-program"});
  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.out.find("pipe:[4711]"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("recv"), std::string::npos) << result.out;
}

TEST_F(Replay, ASavedProgramGivesTheSamePrediction) {
  const std::string program = scratch_ / "saved";
  const Result saving = simreplay({trace_, "--save-program", program});
  EXPECT_EQ(saving.status, 0) << saving.err;
  EXPECT_EQ(saving.out, "");
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {platform_}, {platform_, "--no-closure"}}) {
    std::vector<std::string> of_trace{trace_, "--json"}, of_program{program, "--json"};
    of_trace.insert(of_trace.end(), options.begin(), options.end());
    of_program.insert(of_program.end(), options.begin(), options.end());
    EXPECT_EQ(simreplay(of_trace).out, simreplay(of_program).out);
  }
  EXPECT_EQ(simreplay({trace_, "--dump-program"}).out, simreplay({program, "--dump-program"}).out);
}

TEST_F(Replay, ASavedProgramThatCannotBeUsedIsOneMessage) {
  const std::string program = scratch_ / "saved";
  ASSERT_EQ(simreplay({trace_, "--save-program", program}).status, 0);
  const auto refused = [&](const std::vector<std::string>& arguments, const std::string& words) {
    const Result result = simreplay(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
    EXPECT_NE(result.err.find(words), std::string::npos) << result.err;
  };
  refused({program, "--order", "recorded"}, "compiled with --order arrival");
  EXPECT_NE(run_program({SIMTRACE, "info", program}).status, 0);
  std::filesystem::resize_file(program, std::filesystem::file_size(program) - 20);
  refused({program}, program);
}

TEST_F(Replay, QuietSaysNothingAndVerboseTalksOnStandardError) {
  const Result quiet = simreplay({trace_, "-q"});
  EXPECT_EQ(quiet.out + quiet.err, "");
  EXPECT_NE(simreplay({trace_, platform_, "-v"}).err.find("compiled"), std::string::npos);
}

TEST_F(Replay, AFullDiskIsAnError) {
  const Result result = run_program_into({SIMREPLAY, trace_}, "/dev/full");
  EXPECT_EQ(result.status, 2);
  EXPECT_NE(result.err.find("No space left"), std::string::npos) << result.err;
  EXPECT_EQ(run_program_into({SIMTRACE, "info", trace_}, "/dev/full").status, 2);
}

TEST_F(Replay, HelpAndVersionGoToStandardOutput) {
  for (const char* program : {SIMREPLAY, SIMTRACE}) {
    const Result help = run_program({program, "--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.out.find("Examples:"), std::string::npos);
    EXPECT_EQ(help.err, "");
    EXPECT_EQ(run_program({program, "--version"}).status, 0);
  }
  for (const char* command : {"info", "dump", "verify", "platform", "export"}) {
    EXPECT_NE(run_program({SIMTRACE, command, "--help"}).out.find("Example"), std::string::npos) << command;
  }
}

}  // namespace
}  // namespace simrec::test
