#include "replayer/whatif/sweep_output.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

namespace simrec::replay::test {
namespace {

Sweep sample() {
  return {{parse_axis("net.latency=1ms,10ms"), parse_axis("cpu=1x,2x")},
          {{1'000'000'000, ""}, {500'000'000, ""}, {0, "no, \"never\""}, {2'000'000'000, ""}},
          {1'000'000'000, ""}};
}
const StudySource kSource{"t.capnp", "<twin> & co"};

TEST(SweepOutput, CsvHasOneRowPerPoint) {
  std::ostringstream out;
  print_csv(sample(), out);
  EXPECT_EQ(out.str(),
            "net.latency [s],cpu [x],predicted_s,relative,failed\n"
            "0.001,1,1.000000000,1,\n"
            "0.001,2,0.500000000,0.5,\n"
            "0.01,1,,,\"no, \"\"never\"\"\"\n"
            "0.01,2,2.000000000,2,\n");
}

TEST(SweepOutput, JsonIsAsAgreed) {
  std::ostringstream out;
  print_json(sample(), kSource, out);
  const auto json = nlohmann::json::parse(out.str());
  EXPECT_EQ(json.at("tool"), "simreplay");
  EXPECT_EQ(json.at("trace"), "t.capnp");
  EXPECT_EQ(json.at("axes")[0].at("name"), "net.latency");
  EXPECT_EQ(json.at("axes")[0].at("unit"), "s");
  EXPECT_EQ(json.at("axes")[0].at("values"), nlohmann::json::parse("[0.001,0.01]"));
  EXPECT_EQ(json.at("axes")[1].at("labels"), nlohmann::json::parse("[\"1x\",\"2x\"]"));
  EXPECT_EQ(json.at("points").size(), 4u);
  EXPECT_EQ(json.at("points")[1].at("index"), nlohmann::json::parse("[0,1]"));
  EXPECT_DOUBLE_EQ(json.at("points")[1].at("predicted_s"), 0.5);
  EXPECT_TRUE(json.at("points")[1].at("failed").is_null());
  EXPECT_TRUE(json.at("points")[2].at("predicted_s").is_null());
  EXPECT_EQ(json.at("points")[2].at("failed"), "no, \"never\"");
  EXPECT_DOUBLE_EQ(json.at("baseline_s"), 1);
}

TEST(SweepOutput, TheTableAndThePlotShowEveryPoint) {
  std::ostringstream text, svg;
  print_text(sample(), kSource, text);
  EXPECT_NE(text.str().find("failed: no"), std::string::npos);
  EXPECT_NE(text.str().find("-50.0 %"), std::string::npos);
  print_svg(sample(), kSource, svg);
  std::size_t circles = 0;
  for (std::size_t at = 0; (at = svg.str().find("<circle", at)) != std::string::npos; ++at) ++circles;
  EXPECT_EQ(circles, 3u) << "the failed one has none";
  EXPECT_NE(svg.str().find("&lt;twin> &amp; co"), std::string::npos);
  EXPECT_NE(svg.str().find("cpu=2x"), std::string::npos);
}

}  // namespace
}  // namespace simrec::replay::test
