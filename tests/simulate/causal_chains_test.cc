// Chains of steps that forget what nobody needs, and use over time, by themselves.
#include "replayer/simulate/causal_chains.h"

#include <gtest/gtest.h>

#include <numeric>

#include "replayer/simulate/use_over_time.h"

namespace simrec::replay::test {
namespace {

TEST(CausalChains, ForgetWhatNothingPresentDescendsFrom) {
  CausalChains chains(100);
  Chain main = chains.beginning(0);
  for (Ns i = 1; i <= 10'000; ++i) {
    {
      Chain dead_end = main;
      chains.extend(dead_end, {i, PathKind::sleep, 1, 0, 0});
    }
    chains.extend(main, {i, PathKind::compute, 0, 0, 0});
  }
  ASSERT_FALSE(chains.gave_up());
  const auto parts = chains.parts(main, 0, 10'000);
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_EQ(parts[0].duration_ns, 10'000);
}

TEST(CausalChains, WhatIsNotExplainedIsOutside) {
  CausalChains chains(100);
  Chain late = chains.beginning(30);
  chains.extend(late, {50, PathKind::compute, 0, 0, 0});
  const auto parts = chains.parts(late, 10, 60);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(parts[0].kind, PathKind::outside);
  EXPECT_EQ(parts[0].duration_ns, 20);
  EXPECT_EQ(parts[1].duration_ns, 20);
  EXPECT_EQ(parts[2].kind, PathKind::outside);
  EXPECT_EQ(parts[2].duration_ns, 10);
}

TEST(UseOverTime, KeepsItsSumWhateverTheTimes) {
  UseOverTime use;
  use.add(0, 1e-7, 10);
  use.add(0.5, 0.5, 7);
  use.add(1, 3, 200);
  const auto slices = use.slices(0, 4);
  EXPECT_EQ(std::accumulate(slices.begin(), slices.end(), std::uint64_t{0}), 217U);
  EXPECT_EQ(slices[0], 10U);
  EXPECT_NEAR(static_cast<double>(slices[50]), 4, 1);
  EXPECT_EQ(slices[90], 0U);
}

}  // namespace
}  // namespace simrec::replay::test
