#include "replayer/whatif/quantity.h"

#include <gtest/gtest.h>

#include "tests/whatif/expect_error.h"

namespace simrec::replay::test {
namespace {

Amount parse(Quantity quantity, const char* text) { return parse_amount(info_of(quantity), text); }
std::string complaint(Quantity quantity, const char* text) {
  return error_of([&] { parse(quantity, text); });
}

TEST(Quantity, ReadsFactorsOfEverything) {
  for (const QuantityInfo& info : quantities()) {
    EXPECT_EQ(parse_amount(info, "2x"), (Amount{2, true})) << info.name;
    EXPECT_EQ(parse_amount(info, "0.5x"), (Amount{0.5, true})) << info.name;
  }
}

TEST(Quantity, ReadsEachUnit) {
  EXPECT_DOUBLE_EQ(parse(Quantity::latency, "10ms").value, 0.01);
  EXPECT_DOUBLE_EQ(parse(Quantity::latency, "250us").value, 250e-6);
  EXPECT_DOUBLE_EQ(parse(Quantity::latency, "0s").value, 0);
  EXPECT_DOUBLE_EQ(parse(Quantity::bandwidth, "1Gbps").value, 125e6);
  EXPECT_DOUBLE_EQ(parse(Quantity::bandwidth, "1GBps").value, 1e9);
  EXPECT_DOUBLE_EQ(parse(Quantity::bandwidth, "100Mbit/s").value, 12.5e6);
  EXPECT_DOUBLE_EQ(parse(Quantity::disk, "200MB/s").value, 200e6);
  EXPECT_DOUBLE_EQ(parse(Quantity::disk, "1KiBps").value, 1024);
  EXPECT_DOUBLE_EQ(parse(Quantity::cpu, "2.5Gf").value, 2.5e9);
  EXPECT_DOUBLE_EQ(parse(Quantity::cores, "8").value, 8);
  EXPECT_FALSE(parse(Quantity::cores, "8").factor);
}

TEST(Quantity, SaysWhatIsWrongAndWhatWouldBeRight) {
  const struct {
    Quantity quantity;
    const char* text;
    const char* says;
  } cases[] = {
      {Quantity::latency, "100Mbps", "is a bandwidth; it needs a time"},
      {Quantity::bandwidth, "10ms", "is a time; it needs a bandwidth"},
      {Quantity::bandwidth, "100MB", "100MBps"},
      {Quantity::bandwidth, "1gbps", "Gbps (bits per second) or GBps (bytes per second)"},
      {Quantity::bandwidth, "100", "has no unit"},
      {Quantity::latency, "10", "has no unit"},
      {Quantity::latency, "10parsecs", "unknown unit 'parsecs'"},
      {Quantity::latency, "-1ms", "must be"},
      {Quantity::latency, "fast", "is no number"},
      {Quantity::cpu, "2", "did you mean '2x'?"},
      {Quantity::cpu, "3GHz", "clock rates are not comparable"},
      {Quantity::cpu, "50%", "50% is 0.5x"},
      {Quantity::cpu, "0x", "no factor that makes sense"},
      {Quantity::cpu, "-2x", "no factor that makes sense"},
      {Quantity::cpu, "nanx", "is no number"},
      {Quantity::cores, "0", "whole number"},
      {Quantity::cores, "2.5", "whole number"},
      {Quantity::cores, "8ms", "is a time"},
      {Quantity::disk, "0MBps", "must be more than 0"},
  };
  for (const auto& c : cases)
    EXPECT_TRUE(contains(complaint(c.quantity, c.text), c.says)) << c.text << ": " << complaint(c.quantity, c.text);
}

TEST(Quantity, ReadsWhatPlatformFilesSay) {
  EXPECT_DOUBLE_EQ(*parse_platform_value(Dimension::speed, "98.095Mf"), 98.095e6);
  EXPECT_DOUBLE_EQ(*parse_platform_value(Dimension::time, "1.461517ms"), 1.461517e-3);
  EXPECT_DOUBLE_EQ(*parse_platform_value(Dimension::rate, "41.279125MBps"), 41.279125e6);
  EXPECT_DOUBLE_EQ(*parse_platform_value(Dimension::rate, "1250000"), 1250000);
  EXPECT_FALSE(parse_platform_value(Dimension::rate, "10ms"));
  EXPECT_FALSE(parse_platform_value(Dimension::time, ""));
}

TEST(Quantity, WritesNumbersThatReadBackTheSame) {
  for (const double value : {0.1, 1.0 / 3, 12345678901.5, 1e-9})
    EXPECT_EQ(parse_platform_value(Dimension::time, platform_value(Dimension::time, value)), value);
}

TEST(Quantity, WritesForPeople) {
  EXPECT_EQ(amount_text(info_of(Quantity::latency), {0.02, false}), "20ms");
  EXPECT_EQ(amount_text(info_of(Quantity::latency), {150e-6, false}), "150us");
  EXPECT_EQ(amount_text(info_of(Quantity::bandwidth), {12.5e6, false}), "100Mbps");
  EXPECT_EQ(amount_text(info_of(Quantity::disk), {200e6, false}), "200MBps");
  EXPECT_EQ(amount_text(info_of(Quantity::cpu), {2.5e9, false}), "2.5Gf");
  EXPECT_EQ(amount_text(info_of(Quantity::cpu), {2.37, true}), "2.37x");
}

TEST(Quantity, PlatformsAreWrittenForPeopleAndExact) {
  EXPECT_EQ(platform_value(Dimension::rate, 12.5e6), "12.5MBps");
  EXPECT_EQ(platform_value(Dimension::rate, 125e6), "125MBps");
  EXPECT_EQ(platform_value(Dimension::rate, 1.25e12), "1250GBps");
  EXPECT_EQ(platform_value(Dimension::time, 0.02), "20ms");
  EXPECT_EQ(platform_value(Dimension::time, 0), "0s");
  EXPECT_EQ(platform_value(Dimension::speed, 2.5e9), "2.5Gf");
  EXPECT_EQ(platform_value(Dimension::count, 8), "8");
  for (const double value : {1e-4, 1.0 / 3, 4.9e-4, 7e-9, 123456789.25})
    EXPECT_EQ(*parse_platform_value(Dimension::time, platform_value(Dimension::time, value)), value);
}

}  // namespace
}  // namespace simrec::replay::test
