#include "replayer/cli/options.h"

#include <gtest/gtest.h>

#include "replayer/cli/closest.h"
#include "tests/analysis/run_program.h"

namespace simrec::replay {
namespace {

class OptionsTest : public testing::Test {
 protected:
  OptionsTest() {
    for (const char* name : {"t.capnp", "u.capnp", "p.xml", "d.xml"}) test::write_file(scratch_ / name, "x");
  }

  Options parse(std::vector<std::string> words) {
    std::vector<const char*> argv = {"simreplay"};
    for (std::string& word : words) {
      if (word == "T" || word == "U" || word == "P" || word == "D")
        word = scratch_ / (word == "T" ? "t.capnp" : word == "U" ? "u.capnp" : word == "P" ? "p.xml" : "d.xml");
      argv.push_back(word.c_str());
    }
    return parse_options(static_cast<int>(argv.size()), argv.data()).value();
  }

  /// The message of the refusal; "" if it was accepted.
  std::string refusal(std::vector<std::string> words) {
    try {
      parse(std::move(words));
    } catch (const UsageError& error) {
      return error.what();
    }
    return "";
  }

  test::ScratchDirectory scratch_;
};

TEST_F(OptionsTest, DefaultsReplayOnTheTwin) {
  const Options options = parse({"T"});
  EXPECT_EQ(options.platform_path, "");
  EXPECT_TRUE(options.closure);
  EXPECT_FALSE(options.timeline);
  EXPECT_EQ(options.engine, EngineKind::event);
  EXPECT_EQ(options.order, std::nullopt);
  EXPECT_TRUE(options.shaping.empty());
}

TEST_F(OptionsTest, EverythingArrives) {
  const Options options = parse({"T",         "P",       "--place",      "redis*=h2", "--place=cmd:a=b*=h1",
                                 "--deploy",  "D",       "--host-speed", "2Gf",       "--engine",
                                 "reference", "--order", "recorded",     "--cfg",     "a:b",
                                 "--cfg",     "c:d",     "-o",           "p.capnp",   "--no-closure",
                                 "-v"});
  ASSERT_EQ(options.placement.size(), 2u);
  EXPECT_EQ(options.placement[0].pattern, "redis*");
  EXPECT_EQ(options.placement[1].pattern, "cmd:a=b*") << "the last = divides";
  EXPECT_EQ(options.placement[1].host, "h1");
  EXPECT_DOUBLE_EQ(options.host_speed_flops, 2e9);
  EXPECT_EQ(options.engine, EngineKind::reference);
  EXPECT_EQ(options.order, Order::recorded);
  EXPECT_EQ(options.simgrid_config, (std::vector<std::string>{"a:b", "c:d"}));
  EXPECT_TRUE(options.timeline) << "a prediction file holds the timeline";
  EXPECT_FALSE(options.closure);
  EXPECT_EQ(options.shaping.size(), 7u);
}

TEST_F(OptionsTest, PlaceTakesOneValueBesidePositionals) {
  const Options options = parse({"--place", "a=b", "T", "P"});
  EXPECT_EQ(options.placement.size(), 1u);
  EXPECT_EQ(options.platform_path, scratch_ / "p.xml");
}

TEST_F(OptionsTest, ProgramsAreSavedOrSimulated) {
  EXPECT_EQ(parse({"T", "--save-program", "x"}).save_program_path, "x");
  EXPECT_NE(refusal({"T", "P", "--save-program", "x"}).find("only compiles"), std::string::npos);
}

TEST_F(OptionsTest, SeveralRecordingsAndThePlatformComeInAnyOrder) {
  const std::string t = scratch_ / "t.capnp", u = scratch_ / "u.capnp", p = scratch_ / "p.xml";
  for (const auto& words : {std::vector<std::string>{"T", "U", "T", "P", "--same-experiment"},
                            std::vector<std::string>{"--same-experiment", "T", "P", "U", "T"}}) {
    const Options options = parse(words);
    EXPECT_EQ(options.trace_path, t);
    EXPECT_EQ(options.other_traces, (std::vector<std::string>{u, t}));
    EXPECT_EQ(options.platform_path, p);
  }
  EXPECT_EQ(parse({"T", "U", "--same-experiment"}).platform_path, "");
  EXPECT_NE(refusal({"T", "U"}).find("--same-experiment"), std::string::npos);
  EXPECT_NE(refusal({"T", "U", "P"}).find("--same-experiment"), std::string::npos);
  EXPECT_NE(refusal({"T", "P", "--same-experiment"}).find("at least two"), std::string::npos);
  EXPECT_NE(refusal({"T", "U", "P", "D", "--same-experiment"}).find("two platforms"), std::string::npos);
  EXPECT_NE(refusal({"T", "U", "/nonexistent", "--same-experiment"}).find("No such file"), std::string::npos);
}

TEST_F(OptionsTest, TheValidityMeterCanBeLeftOut) {
  EXPECT_TRUE(parse({"T"}).validity);
  EXPECT_FALSE(parse({"T", "--no-validity"}).validity);
}

TEST_F(OptionsTest, TimelineCanBeLeftOut) { EXPECT_FALSE(parse({"T", "-o", "x", "--no-timeline"}).timeline); }

TEST_F(OptionsTest, WrongUsageIsExplained) {
  EXPECT_NE(refusal({}).find("trace"), std::string::npos);
  EXPECT_NE(refusal({"T", "--jsn"}).find("--json"), std::string::npos);
  EXPECT_NE(refusal({"T", "--plac=a=b"}).find("--place"), std::string::npos);
  EXPECT_NE(refusal({"T", "P", "D"}).find("too many"), std::string::npos);
  EXPECT_NE(refusal({"T", "--place", "nonsense"}).find("PATTERN=HOST"), std::string::npos);
  EXPECT_NE(refusal({"T", "--place", "=h"}).find("PATTERN=HOST"), std::string::npos);
  EXPECT_NE(refusal({"T", "--host-speed", "3GHz"}).find("2.5Gf"), std::string::npos);
  EXPECT_NE(refusal({"T", "--engine", "events"}).find("did you mean 'event'"), std::string::npos);
  EXPECT_NE(refusal({"T", "--cfg", "nocolon"}).find("KEY:VALUE"), std::string::npos);
  EXPECT_NE(refusal({"T", "--json", "-o", "-"}).find("standard output"), std::string::npos);
  EXPECT_NE(refusal({"T", "-q", "-v"}).find("contradict"), std::string::npos);
  EXPECT_NE(refusal({"T", "--no-timeline"}).find("-o FILE"), std::string::npos);
  EXPECT_NE(refusal({"P", "T"}).find("swapped"), std::string::npos);
  EXPECT_NE(refusal({"T", "/nonexistent.xml"}).find("No such file"), std::string::npos);
  EXPECT_NE(refusal({"T", scratch_.path()}).find("directory"), std::string::npos);
}

TEST(Closest, FindsTypingErrorsOnly) {
  const std::string names[] = {"redis-server", "redis-cli", "nginx"};
  EXPECT_EQ(closest("redis-sever", names), "redis-server");
  EXPECT_EQ(closest("ngnix", names), "") << "two of five letters differ";
  EXPECT_EQ(closest("postgres", names), "");
  EXPECT_EQ(suggestion("nginxx", names), "; did you mean 'nginx'?");
}

}  // namespace
}  // namespace simrec::replay
