#include "replayer/whatif/axis.h"

#include <gtest/gtest.h>

#include "tests/whatif/expect_error.h"

namespace simrec::replay::test {
namespace {

std::vector<double> values(const char* text) {
  std::vector<double> values;
  for (const Amount& amount : parse_axis(text).amounts) values.push_back(amount.value);
  return values;
}

TEST(Axis, ListsKeepWhatWasTyped) {
  const Axis axis = parse_axis("cpu=1x,2x,4x");
  EXPECT_EQ(axis.labels, (std::vector<std::string>{"1x", "2x", "4x"}));
  EXPECT_EQ(values("cpu=1x,2x,4x"), (std::vector<double>{1, 2, 4}));
  EXPECT_EQ(unit_of(axis), "x");
  EXPECT_TRUE(axis.logarithmic);
}

TEST(Axis, LogarithmicRangesHavePointsPerDecadeAndBothEnds) {
  const auto three = values("net.latency=0.1ms:100ms:log10");
  EXPECT_EQ(three.size(), 31u);
  EXPECT_DOUBLE_EQ(three.front(), 1e-4);
  EXPECT_DOUBLE_EQ(three.back(), 0.1);
  EXPECT_NEAR(three[10], 1e-3, 1e-15);
  const auto uneven = values("net.latency=1ms:25ms:log1");
  ASSERT_EQ(uneven.size(), 3u);
  EXPECT_DOUBLE_EQ(uneven[1], 0.01);
  EXPECT_DOUBLE_EQ(uneven[2], 0.025);
  EXPECT_EQ(parse_axis("net.latency=1ms:25ms:log1").labels[2], "25ms");
}

TEST(Axis, LinearRangesAndSteps) {
  EXPECT_EQ(values("cpu=1x:4x:lin4"), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(values("cores=1:8:2"), (std::vector<double>{1, 3, 5, 7}));
  EXPECT_EQ(values("cores=1:16:log5"), (std::vector<double>{1, 2, 3, 4, 6, 10, 16})) << "cores are whole";
  EXPECT_EQ(values("net.latency=1ms:2ms:0.5ms").size(), 3u);
}

TEST(Axis, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"cpu=1x,2Gf", "mixes factors and values"},
      {"cpu=1x:2Gf:lin3", "one end is a factor"},
      {"cpu=4x:1x:lin3", "from the smaller value to the larger"},
      {"cpu=1x:4x:lag3", "is no number"},
      {"cpu=1x:4x:log", "log10 is ten points per factor of ten"},
      {"cpu=1x:4x:log0", "log10 is ten points per factor of ten"},
      {"cpu=1x:4x", "no range like"},
      {"net.latency=0s:1ms:log3", "cannot start at 0"},
      {"net.latency=1ns:1s:1ns", "more than 10000 points"},
      {"net.latency=1ms:2ms:0ms", "not of the kind"},
      {"cpu=1x,,2x", "is no number"},
      {"redis:cpu=1Gf,2Gf", "code has no speed"},
  };
  for (const auto& [text, says] : cases) {
    const std::string error = error_of([&] { parse_axis(text); });
    EXPECT_TRUE(contains(error, says)) << text << ": " << error;
  }
}

TEST(Axis, TheLastAxisOfAGridVariesFastest) {
  const std::vector<Axis> axes = {parse_axis("cpu=1x,2x"), parse_axis("cores=1,2,4")};
  EXPECT_EQ(grid_size(axes), 6u);
  EXPECT_EQ(grid_index(axes, 0), (std::vector<std::size_t>{0, 0}));
  EXPECT_EQ(grid_index(axes, 4), (std::vector<std::size_t>{1, 1}));
  EXPECT_EQ(text_of(grid_changes(axes, 5)[0]), "cpu=2x");
  EXPECT_EQ(text_of(grid_changes(axes, 5)[1]), "cores=4");
  const std::vector<Axis> large(3, parse_axis("cpu=1x:2x:lin100"));
  EXPECT_TRUE(contains(error_of([&] { grid_size(large); }), "more than 10000 points"));
}

}  // namespace
}  // namespace simrec::replay::test
