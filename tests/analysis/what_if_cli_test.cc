// simreplay's what-ifs as a user types them.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/analysis/run_program.h"
#include "tests/analysis/sample_trace.h"

namespace simrec::test {
namespace {

using Json = nlohmann::json;

class WhatIf : public testing::Test {
 protected:
  WhatIf() {
    write_pipeline_trace(trace_);
    write_sampled_trace(sampled_);
  }
  static Result simreplay(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), SIMREPLAY);
    return run_program(arguments);
  }
  static Json json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const Result result = simreplay(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    return result.status == 0 ? Json::parse(result.out) : Json();
  }
  static double predicted(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--no-validity", "--no-closure"});
    return json(arguments).at("predicted_s").get<double>();
  }
  void expect_error(std::vector<std::string> arguments, const std::string& says) {
    const Result result = simreplay(arguments);
    EXPECT_EQ(result.status, 2) << says;
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }

  ScratchDirectory scratch_;
  const std::string trace_ = scratch_ / "pipeline.capnp";
  const std::string sampled_ = scratch_ / "sampled.capnp";
  const std::string redis_ = GOLDEN "redis.capnp";
};

TEST_F(WhatIf, FasterCoresNeedNoPlatformFile) {
  const auto twin = json({trace_}), fast = json({trace_, "--what-if", "cpu=2x"});
  EXPECT_LT(fast.at("predicted_s"), twin.at("predicted_s"));
  EXPECT_EQ(fast.at("twin_s"), twin.at("predicted_s")) << "the closure error is still that of the twin as it is";
  EXPECT_EQ(fast.at("closure_error"), twin.at("closure_error"));
  EXPECT_NEAR(fast.at("hosts")[0].at("speed_flops").get<double>(), 2e9, 1);
}

TEST_F(WhatIf, AProcessIsScaledWithoutThePlatform) {
  const auto ls = [&](std::vector<std::string> more) {
    more.insert(more.begin(), trace_);
    return json(more).at("processes")[1].at("cpu_s").get<double>();
  };
  EXPECT_NEAR(ls({"--what-if", "ls:cpu=2x"}), ls({}) / 2, 1e-6);
  EXPECT_NEAR(ls({"--what-if", "wc:cpu=2x"}), ls({}), 1e-6);
  EXPECT_EQ(json({trace_, "--what-if", "ls:cpu=2x"}).at("closure_error"), json({trace_}).at("closure_error"));
}

TEST_F(WhatIf, WhatIsDumpedIsWhatWasUsed) {
  const std::string dumped = scratch_ / "p.xml";
  const std::vector<std::string> asked = {redis_,    "--split",   "redis-server*=remote",
                                          "--rtt",   "40ms",      "--bandwidth",
                                          "100Mbps", "--what-if", "host:remote:cpu=2x"};
  std::vector<std::string> dumping = asked;
  dumping.insert(dumping.end(), {"--dump-platform", dumped});
  const double made = predicted(dumping);
  EXPECT_DOUBLE_EQ(predicted({redis_, dumped, "--place", "redis-server*=remote"}), made);
  EXPECT_GT(made, 2 * predicted({redis_}));
  const Result to_stdout = simreplay({trace_, "--dump-platform", "-", "--what-if", "cores=7"});
  EXPECT_EQ(to_stdout.status, 0);
  EXPECT_TRUE(to_stdout.out.starts_with("<?xml")) << to_stdout.out;
  EXPECT_NE(to_stdout.out.find("core=\"7\""), std::string::npos);
}

TEST_F(WhatIf, ANetworkIsPutInFrontOfServersIfNobodySaysWhere) {
  const Result result = simreplay({redis_, "--what-if", "net.latency=20ms", "--json", "--no-validity"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_NE(result.err.find("redis-server is put on a second host"), std::string::npos) << result.err;
  EXPECT_GT(Json::parse(result.out).at("predicted_s").get<double>(), 2 * predicted({redis_}));
  expect_error({trace_, "--what-if", "net.latency=20ms"}, "no two processes talk over TCP");
}

TEST_F(WhatIf, ASweepIsAGridInAnyForm) {
  const std::vector<std::string> grid = {redis_,    "--sweep",   "net.latency=0.1ms:10ms:log1",
                                         "--sweep", "cpu=1x,2x", "-q"};
  const Result csv = simreplay(grid);
  ASSERT_EQ(csv.status, 0) << csv.err;
  EXPECT_TRUE(csv.out.starts_with("net.latency [s],cpu [x],predicted_s,relative,failed\n1e-04,1,")) << csv.out;
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 7);
  const auto points = json(grid);
  EXPECT_EQ(points.at("points").size(), 6u);
  EXPECT_LT(points.at("points")[1].at("predicted_s"), points.at("points")[4].at("predicted_s"));
  EXPECT_DOUBLE_EQ(points.at("points")[5].at("predicted_s"),
                   predicted({redis_, "--what-if", "net.latency=10ms", "--what-if", "cpu=2x", "-q"}));
  for (const char* name : {"s.csv", "s.json", "s.svg", "s.txt"}) {
    std::vector<std::string> into = grid;
    into.insert(into.end(), {"-o", scratch_ / name});
    const Result result = simreplay(into);
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_FALSE(read_file(scratch_ / name).empty());
  }
  EXPECT_EQ(read_file(scratch_ / "s.csv"), csv.out);
  std::vector<std::string> device = grid;
  device.insert(device.end(), {"-o", "/dev/null"});
  EXPECT_EQ(simreplay(device).status, 0) << "a device needs no ending";
  std::vector<std::string> alone = grid;
  alone.insert(alone.end(), {"--jobs", "1"});
  EXPECT_EQ(simreplay(alone).out, csv.out) << "the number of jobs changes nothing";
}

TEST_F(WhatIf, ASavedProgramSweepsAsItsTrace) {
  const std::string program = scratch_ / "redis.program";
  ASSERT_EQ(simreplay({redis_, "--save-program", program}).status, 0);
  const std::vector<std::string> grid = {"--sweep", "redis-server:cpu=1x,2x", "--sweep", "cores=1,2"};
  const auto with = [&](const std::string& input) {
    std::vector<std::string> all = {input};
    all.insert(all.end(), grid.begin(), grid.end());
    return simreplay(all).out;
  };
  EXPECT_FALSE(with(program).empty());
  EXPECT_EQ(with(program), with(redis_));
}

TEST_F(WhatIf, ATargetIsFoundOrSaysWhatBoundsIt) {
  const double now = predicted({trace_});
  const std::string half = std::to_string(now * 0.9) + "s";
  const auto found = json({trace_, "--target", half, "--by", "cpu"});
  EXPECT_EQ(found.at("answer"), "found");
  EXPECT_LE(found.at("predicted_s").get<double>(), now * 0.9);
  EXPECT_DOUBLE_EQ(predicted({trace_, "--what-if", found.at("change")}), found.at("predicted_s").get<double>());
  EXPECT_EQ(json({trace_, "--target", "1ns", "--by", "cpu"}).at("answer"), "unreachable");
  EXPECT_EQ(json({trace_, "--target", "1h", "--by", "cpu"}).at("answer"), "already");
  const Result text = simreplay({trace_, "--target", "1ns", "--by", "ls:cpu"});
  EXPECT_NE(text.out.find("No change of ls:cpu is enough for 1 ns"), std::string::npos) << text.out;
}

TEST_F(WhatIf, SensitivityKnowsHostsProcessesAndFunctions) {
  const auto effects = json({sampled_, "--sensitivity"});
  std::map<std::string, double> twice;
  for (const Json& effect : effects.at("sensitivity")) twice[effect.at("what")] = effect.at("twice_as_fast_s");
  const double now = effects.at("baseline_s");
  EXPECT_LT(twice.at("function hot"), now);
  EXPECT_LT(twice.at("host box: cpu"), twice.at("function hot"));
  EXPECT_NEAR(twice.at("function hot"), predicted({sampled_, "--what-if", "function:hot:cpu=2x"}), 1e-9);
  const Result text = simreplay({sampled_, "--sensitivity"});
  EXPECT_NE(text.out.find("elasticity"), std::string::npos);
  EXPECT_EQ(simreplay({sampled_, "--sensitivity"}).out, text.out);
}

TEST_F(WhatIf, SaysWhatDoesNotGoTogether) {
  const std::string platform = scratch_ / "p.xml";
  ASSERT_EQ(simreplay({trace_, "--dump-platform", platform, "-q"}).status, 0);
  expect_error({trace_, "--what-if", "cpu=2"}, "did you mean '2x'?");
  expect_error({trace_, "--what-if", "nobody:cpu=2x"}, "no recorded process matches \"nobody\"");
  expect_error({trace_, "--what-if", "lss:cpu=2x"}, "did you mean \"ls\"?");
  expect_error({trace_, "--what-if", "box:cpu=2x"}, "for the host write host:box:cpu");
  expect_error({trace_, "--what-if", "disk=2x"}, "first give one: --what-if disk=200MBps");
  expect_error({trace_, "--what-if", "function:f:cpu=2x"}, "--sample");
  expect_error({trace_, platform, "--split", "ls=remote"}, "--split makes its own platform");
  expect_error({trace_, platform, "--rtt", "1ms"}, "those of --split");
  expect_error({trace_, "--rtt", "1ms"}, "--rtt");
  expect_error({trace_, "--target", "1s"}, "needs --by");
  expect_error({trace_, "--by", "cpu"}, "belongs to --target");
  expect_error({trace_, "--target", "1s", "--by", "cpu=2x"}, "has a value");
  expect_error({trace_, "--sweep", "cpu=1x,2x", "--sensitivity"}, "ask one at a time");
  expect_error({trace_, "--sensitivity", "-o", scratch_ / "x.svg"}, "only a --sweep");
  expect_error({trace_, "--sweep", "cpu=1x,2x", "-o", scratch_ / "x.capnp"}, ".csv, .json, .svg or .txt");
  expect_error({trace_, "--sweep", "cpu=1x,2x", "--json", "-o", scratch_ / "x.csv"}, "contradict each other");
  expect_error({trace_, "--sweep", "cpu=1x,2x", "-o", scratch_ / "no/x.csv"}, "cannot");
  expect_error({trace_, "--dump-platform", "-", "--json"}, "both want standard output");
  expect_error({trace_, "--save-program", scratch_ / "p", "--what-if", "cpu=2x"}, "belong to the next command");
  expect_error({trace_, "--split", "ls=box"}, "recording host itself");
  expect_error({trace_, "--split", "nobody=remote"}, "no recorded process matches");
}

}  // namespace
}  // namespace simrec::test
