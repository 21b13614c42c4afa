#include "replayer/whatif/search.h"

#include <gtest/gtest.h>

#include <cmath>

namespace simrec::replay::test {
namespace {

/// A program that computes `serial` seconds and waits `fixed` seconds.
Evaluate amdahl(double serial, double fixed, int* asked = nullptr) {
  return [=](const std::vector<double>& numbers) {
    std::vector<Ns> times;
    for (const double n : numbers) times.push_back(std::llround((serial / n + fixed) * 1e9));
    if (asked) *asked += static_cast<int>(numbers.size());
    return times;
  };
}

TEST(Search, FindsTheSmallestFactorToThreeDigits) {
  int asked = 0;
  const Search search = search_smallest(amdahl(40, 10, &asked), 30'000'000'000, {});
  EXPECT_EQ(search.end, Search::End::found);
  EXPECT_DOUBLE_EQ(search.answer.number, 2);
  EXPECT_LE(search.answer.predicted_ns, 30'000'000'000);
  EXPECT_TRUE(search.monotone);
  EXPECT_LT(asked, 50);
  EXPECT_EQ(search_smallest(amdahl(40, 10), 29'000'000'000, {}).answer.number, 2.11) << "2.105…, rounded up";
}

TEST(Search, SaysWhatBoundsIt) {
  const Search search = search_smallest(amdahl(40, 10), 9'000'000'000, {});
  EXPECT_EQ(search.end, Search::End::unreachable);
  EXPECT_NEAR(static_cast<double>(search.limit.predicted_ns), 10e9, 1e6);
}

TEST(Search, AsksForNothingIfTheGoalIsReached) {
  const Search search = search_smallest(amdahl(40, 10), 60'000'000'000, {});
  EXPECT_EQ(search.end, Search::End::already);
  EXPECT_EQ(search.answer.predicted_ns, 50'000'000'000);
  EXPECT_EQ(search.probes.size(), 2u);
}

TEST(Search, CountsCoresInWholeNumbers) {
  const Evaluate cores = [](const std::vector<double>& numbers) {
    std::vector<Ns> times;
    for (const double n : numbers) times.push_back(std::llround(std::ceil(16 / n) * 1e9));
    return times;
  };
  const Search search = search_smallest(cores, 3'000'000'000, {2, 64, true});
  EXPECT_EQ(search.end, Search::End::found);
  EXPECT_EQ(search.answer.number, 6);
  EXPECT_EQ(search_smallest(cores, 3'000'000'000, {2, 2, true}).end, Search::End::unreachable);
}

TEST(Search, NoticesThatMoreIsNotAlwaysBetter) {
  const Evaluate valley = [](const std::vector<double>& numbers) {
    std::vector<Ns> times;
    for (const double n : numbers) times.push_back(std::llround((10 + std::fabs(std::log10(n) - 3)) * 1e9));
    return times;
  };
  const Search search = search_smallest(valley, 11'500'000'000, {});
  EXPECT_FALSE(search.monotone);
  EXPECT_EQ(search.end, Search::End::found) << "between the ends, none of which reaches it";
  EXPECT_LE(search.answer.predicted_ns, 11'500'000'000);
}

}  // namespace
}  // namespace simrec::replay::test
