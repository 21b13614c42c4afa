#include "trace-format/units.h"
#include "trace-format/function_name.h"

#include <gtest/gtest.h>

namespace simrec {
namespace {

TEST(Units, DurationsKeepFourDigits) {
  EXPECT_EQ(format_duration(0), "0 ns");
  EXPECT_EQ(format_duration(999), "999 ns");
  EXPECT_EQ(format_duration(1'000), "1.000 µs");
  EXPECT_EQ(format_duration(12'340), "12.34 µs");
  EXPECT_EQ(format_duration(999'949), "999.9 µs");
  EXPECT_EQ(format_duration(999'960), "1.000 ms") << "never \"1000.0 µs\"";
  EXPECT_EQ(format_duration(1'234'000'000), "1.234 s");
  EXPECT_EQ(format_duration(725'000'000'000), "12 min 5.0 s");
  EXPECT_EQ(format_duration(-1'500), "-1.500 µs");
}

TEST(Units, SecondsAreExact) {
  EXPECT_EQ(format_seconds(1'234'567, 6), "0.001234");
  EXPECT_EQ(format_seconds(-1, 9), "-0.000000001");
  EXPECT_EQ(format_seconds(2'000'000'000, 0), "2");
  EXPECT_EQ(format_seconds(INT64_MIN, 9), "-9223372036.854775808");
}

TEST(Units, CountsAndSizes) {
  EXPECT_EQ(format_count(0), "0");
  EXPECT_EQ(format_count(999), "999");
  EXPECT_EQ(format_count(1'234'567), "1,234,567");
  EXPECT_EQ(format_count_of(1, "process", "processes"), "1 process");
  EXPECT_EQ(format_count_of(0, "process", "processes"), "0 processes");
  EXPECT_EQ(format_count_of(2, "event"), "2 events");
  EXPECT_EQ(format_bytes(512), "512 B");
  EXPECT_EQ(format_bytes(1'230'000), "1.23 MB");
  EXPECT_EQ(format_signed_percent(0.0163), "+1.6 %");
  EXPECT_EQ(format_signed_percent(-0.5), "-50.0 %");
  EXPECT_EQ(format_rate(2.5e9, "flop/s"), "2.5 Gflop/s");
}

struct SpeedCase {
  const char* text;
  double flops;  ///< 0 = must be refused
};

class Speeds : public testing::TestWithParam<SpeedCase> {};

TEST_P(Speeds, AreParsedAsSimGridDoes) {
  const auto speed = parse_speed(GetParam().text);
  EXPECT_EQ(speed.has_value(), GetParam().flops > 0) << GetParam().text;
  if (speed) {
    EXPECT_DOUBLE_EQ(*speed, GetParam().flops) << GetParam().text;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Speeds,
                         testing::Values(SpeedCase{"100f", 100}, SpeedCase{"1Gf", 1e9}, SpeedCase{"2.5Mf", 2.5e6},
                                         SpeedCase{"1e9f", 1e9}, SpeedCase{"3kf", 3e3}, SpeedCase{"1Tf", 1e12},
                                         SpeedCase{"1Kif", 1024}, SpeedCase{"1Gif", 1073741824.0}, SpeedCase{"", 0},
                                         SpeedCase{"1", 0}, SpeedCase{"1G", 0}, SpeedCase{"Gf", 0}, SpeedCase{"0f", 0},
                                         SpeedCase{"-1Gf", 0}, SpeedCase{"infGf", 0}, SpeedCase{"nanf", 0},
                                         SpeedCase{"1GGf", 0}, SpeedCase{"1 Gf", 0}, SpeedCase{"1Gflops", 0},
                                         SpeedCase{"1e400f", 0}, SpeedCase{"1gf", 0}));

TEST(FunctionName, IsWhatPeopleSay) {
  const std::pair<const char*, const char*> kNames[] = {
      {"deflate", "deflate"},
      {"zip::hash(std::string const&) const", "zip::hash"},
      {"Map<int (*)(int)>::find(int)", "Map<int (*)(int)>::find"},
      {"(anonymous namespace)::work(int)", "(anonymous namespace)::work"},
      {"Less::operator()(int, int) const", "Less::operator()"},
      {"ns::operator<<(std::ostream&, Point)", "ns::operator<<"},
      {"main::{lambda(int)#1}::operator()(int) const", "main::{lambda(int)#1}::operator()"},
      {"(strange)", "(strange)"},
      {"", ""}};
  for (const auto& [name, plain] : kNames) EXPECT_EQ(plain_function_name(name), plain);
}

}  // namespace
}  // namespace simrec
