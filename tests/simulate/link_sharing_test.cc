// Links shared by the event engine itself: cases computed by hand, and the property that defines max-min fairness.
#include "replayer/simulate/link_sharing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

namespace simrec::replay::test {
namespace {

constexpr double kMegabyte = 1e6;

/// Ends of all flows, by flow; each is {route, bytes, start}, in order of start.
struct Start {
  std::uint32_t route;
  double bytes, at;
};
std::vector<double> ends(LinkSharing& links, const std::vector<Start>& starts) {
  std::vector<double> result(starts.size());
  std::vector<std::uint32_t> ended;
  double now = 0;
  for (std::size_t next = 0, left = starts.size(); left > 0;) {
    const double end = links.next_end(now);
    if (next < starts.size() && starts[next].at <= end) {
      now = starts[next].at;
      links.start(starts[next].route, starts[next].bytes, static_cast<std::uint32_t>(next), now);
      ++next;
      continue;
    }
    now = end;
    ended.clear();
    links.end_due(now, ended);
    for (const std::uint32_t flow : ended) result[flow] = now;
    left -= ended.size();
  }
  return result;
}

TEST(LinkSharing, OneFlowHasTheNarrowestLink) {
  LinkSharing links;
  const std::uint32_t way[] = {links.add_link(10 * kMegabyte), links.add_link(2 * kMegabyte)};
  const std::uint32_t route = links.add_route(way, 2 * kMegabyte);
  EXPECT_DOUBLE_EQ(ends(links, {{route, 4 * kMegabyte, 1}})[0], 3);
}

TEST(LinkSharing, FlowsOfOneRouteShareEvenly) {
  LinkSharing links;
  const std::uint32_t way[] = {links.add_link(kMegabyte)};
  const std::uint32_t route = links.add_route(way, kMegabyte);
  // Alone for 1 s, two for 2 s, alone again
  const std::vector<double> ended = ends(links, {{route, 3 * kMegabyte, 0}, {route, kMegabyte, 1}});
  EXPECT_DOUBLE_EQ(ended[1], 3);
  EXPECT_DOUBLE_EQ(ended[0], 4);
}

TEST(LinkSharing, AFlowGetsAsMuchAsItHasShares) {
  LinkSharing links;
  const std::uint32_t way[] = {links.add_link(4 * kMegabyte)};
  const std::uint32_t route = links.add_route(way, 4 * kMegabyte), other = links.add_route(way, 4 * kMegabyte);
  links.start(route, kMegabyte, 7, 0, 3);  // 3 MB at 3 MB/s beside a flow of one share
  links.start(other, 2 * kMegabyte, 8, 0);
  std::vector<std::uint32_t> ended;
  EXPECT_DOUBLE_EQ(links.next_end(0), 1);
  links.end_due(1, ended);
  EXPECT_EQ(ended, (std::vector<std::uint32_t>{7}));
  EXPECT_DOUBLE_EQ(links.next_end(1), 1.25);  // 1 MB is left, alone
}

TEST(LinkSharing, WhatOneCannotUseIsForTheOthers) {
  LinkSharing links;
  const std::uint32_t wide = links.add_link(10 * kMegabyte), narrow = links.add_link(kMegabyte);
  const std::uint32_t both[] = {wide, narrow}, only_wide[] = {wide};
  const std::uint32_t slow = links.add_route(both, kMegabyte), fast = links.add_route(only_wide, 10 * kMegabyte);
  const std::vector<double> ended = ends(links, {{slow, kMegabyte, 0}, {fast, 9 * kMegabyte, 0}});
  EXPECT_DOUBLE_EQ(ended[0], 1);
  EXPECT_DOUBLE_EQ(ended[1], 1);
}

TEST(LinkSharing, ALinkPassedTwiceGivesHalf) {
  LinkSharing links;
  const std::uint32_t link = links.add_link(kMegabyte);
  const std::uint32_t way[] = {link, link};
  EXPECT_DOUBLE_EQ(ends(links, {{links.add_route(way, kMegabyte), kMegabyte, 0}})[0], 2);
}

TEST(LinkSharing, ALimitOfItsOwnHoldsForEachFlow) {
  LinkSharing links;
  const std::uint32_t way[] = {links.add_link(10 * kMegabyte)};
  const std::uint32_t fat = links.add_route(way, kMegabyte), other = links.add_route(way, 10 * kMegabyte);
  const std::vector<double> ended = ends(links, {{fat, kMegabyte, 0}, {fat, kMegabyte, 0}, {other, 8 * kMegabyte, 0}});
  EXPECT_DOUBLE_EQ(ended[0], 1);
  EXPECT_DOUBLE_EQ(ended[1], 1);
  EXPECT_DOUBLE_EQ(ended[2], 1);
}

TEST(LinkSharing, WithoutAnyLinkNothingLasts) {
  LinkSharing links;
  const std::uint32_t route = links.add_route({}, LinkSharing::kFastest);
  EXPECT_NEAR(ends(links, {{route, kMegabyte, 1}})[0], 1, 1e-8);
}

TEST(LinkSharing, FlowsOfOneInstantEndTogetherInTheirOrder) {
  LinkSharing links;
  const std::uint32_t a[] = {links.add_link(kMegabyte)}, b[] = {links.add_link(kMegabyte)};
  const std::uint32_t first = links.add_route(a, kMegabyte), second = links.add_route(b, kMegabyte);
  links.start(second, 1000.000001, 7, 0);  // would end 1 ps later
  links.start(first, 1000, 8, 0);
  std::vector<std::uint32_t> ended;
  const double end = links.next_end(0);
  EXPECT_DOUBLE_EQ(end, 1e-3);
  links.end_due(end, ended);
  EXPECT_EQ(ended, (std::vector<std::uint32_t>{7, 8}));
  EXPECT_EQ(links.next_end(end), std::numeric_limits<double>::infinity());
}

/// Random nets whose flows all start at once: measures each flow's first rate by when the first one ends, and asks for
/// the property that defines a fair share: each flow passes a full link, or has a limit of its own, where nobody has
/// more.
TEST(LinkSharing, NobodyCanHaveMoreWithoutTakingFromThePoorer) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    std::mt19937 random(seed);
    const auto pick = [&](std::uint32_t from, std::uint32_t to) {
      return std::uniform_int_distribution<std::uint32_t>(from, to)(random);
    };
    std::vector<double> capacity(pick(1, 12));
    struct Way {
      std::vector<std::uint32_t> links;
      double most;
      std::uint32_t flows;
    };
    std::vector<Way> ways(pick(1, 25));
    for (double& c : capacity) c = pick(1, 20) * kMegabyte;
    for (Way& way : ways) {
      for (std::uint32_t i = pick(1, 4); i > 0; --i)
        way.links.push_back(pick(0, static_cast<std::uint32_t>(capacity.size() - 1)));
      way.most = pick(0, 3) ? 100 * kMegabyte : pick(1, 40) * 0.1 * kMegabyte;
      way.flows = pick(1, 3);
    }
    // A route's rate shows when its flow is the smallest of all, hence the first to end.
    const auto rate_of = [&](std::size_t measured) {
      LinkSharing links;
      for (const double c : capacity) links.add_link(c);
      std::uint32_t flow = 0;
      for (std::size_t w = 0; w < ways.size(); ++w) {
        const std::uint32_t route = links.add_route(ways[w].links, ways[w].most);
        for (std::uint32_t i = 0; i < ways[w].flows; ++i) links.start(route, w == measured ? 1 : 1e12, flow++, 0);
      }
      return 1 / links.next_end(0);
    };
    std::vector<double> rate(ways.size());
    for (std::size_t w = 0; w < ways.size(); ++w) rate[w] = rate_of(w);
    std::vector<double> load(capacity.size()), most(capacity.size());
    for (std::size_t w = 0; w < ways.size(); ++w)
      for (const std::uint32_t l : ways[w].links) {
        load[l] += rate[w] * ways[w].flows;
        most[l] = std::max(most[l], rate[w]);
      }
    for (std::size_t l = 0; l < capacity.size(); ++l) EXPECT_LE(load[l], capacity[l] * (1 + 1e-9)) << "seed " << seed;
    for (std::size_t w = 0; w < ways.size(); ++w)
      EXPECT_TRUE(rate[w] >= ways[w].most * (1 - 1e-9) ||
                  std::ranges::any_of(ways[w].links,
                                      [&](std::uint32_t l) {
                                        return load[l] >= capacity[l] * (1 - 1e-9) && rate[w] >= most[l] * (1 - 1e-9);
                                      }))
          << "seed " << seed << " way " << w;
  }
}

}  // namespace
}  // namespace simrec::replay::test
