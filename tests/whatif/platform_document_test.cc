#include "replayer/whatif/platform_document.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/whatif/expect_error.h"

namespace simrec::replay::test {
namespace {

constexpr const char* kMixed = R"(<?xml version="1.0"?>
<!DOCTYPE platform SYSTEM "https://simgrid.org/simgrid.dtd">
<platform version="4.1">
  <zone id="z" routing="Full">
    <host id="a" speed="1Gf" core="4"><disk id="ssd" read_bw="400MBps" write_bw="200MBps"/></host>
    <host id="b" speed="2Gf,1Gf" pstate="1"/>
    <link id="wan" bandwidth="100Mbps" latency="20ms" sharing_policy="SPLITDUPLEX"/>
    <link id="a-loopback" bandwidth="10GBps" latency="1us" sharing_policy="FATPIPE"/>
    <route src="a" dst="a"><link_ctn id="a-loopback"/></route>
    <route src="a" dst="b"><link_ctn id="wan" direction="UP"/></route>
  </zone>
</platform>)";

constexpr const char* kCluster = R"(<platform version="4.1">
  <cluster id="c" prefix="node-" suffix="" radical="0-3" speed="1Gf" core="8" bw="10Gbps" lat="10us" bb_bw="160Gbps" bb_lat="1us"/>
</platform>)";

PlatformDocument with(const char* xml, const std::vector<const char*>& changes) {
  PlatformDocument document(xml, "p.xml");
  for (const char* change : changes) document.apply(parse_change(change));
  return document;
}

std::string settings(const PlatformDocument& document, const char* knob) {
  std::string text;
  for (const Setting& s : document.settings(parse_knob(knob)))
    text += (text.empty() ? "" : " ") + s.element + "=" + number_text(s.value);
  return text;
}

std::string refusal(const char* xml, const char* change) {
  return error_of([&] { with(xml, {change}); });
}

TEST(PlatformDocument, FactorsScaleEverythingOfAKind) {
  EXPECT_EQ(settings(with(kMixed, {"cpu=2x"}), "cpu"), "a=2e+09 b=2e+09");
  EXPECT_EQ(settings(with(kMixed, {"cores=2x"}), "cores"), "a=8 b=2") << "a host without core=\"…\" has one";
  EXPECT_EQ(settings(with(kMixed, {"net.latency=0.5x"}), "net.latency"), "wan=0.01");
  EXPECT_EQ(settings(with(kMixed, {"net.bandwidth=10x"}), "net.bandwidth"), "wan=1.25e+08");
  EXPECT_EQ(settings(with(kMixed, {"disk=2x"}), "disk"), "a's ssd=8e+08 a's ssd=4e+08");
}

TEST(PlatformDocument, ValuesReplaceWhatWasThere) {
  EXPECT_EQ(settings(with(kMixed, {"cpu=3Gf"}), "cpu"), "a=3e+09 b=3e+09") << "b: in its pstate";
  EXPECT_EQ(settings(with(kMixed, {"cores=8"}), "cores"), "a=8 b=8");
  EXPECT_EQ(settings(with(kMixed, {"net.latency=0s"}), "net.latency"), "wan=0");
  EXPECT_EQ(settings(with(kMixed, {"net.latency=0s", "net.latency=5ms"}), "net.latency"), "wan=0.005");
}

TEST(PlatformDocument, TheLoopbackStays) {
  EXPECT_NE(with(kMixed, {"net.latency=5ms"}).text().find("latency=\"1us\""), std::string::npos);
}

TEST(PlatformDocument, AScopeLeavesTheRestAlone) {
  EXPECT_EQ(settings(with(kMixed, {"host:a:cpu=2x"}), "cpu"), "a=2e+09 b=1e+09");
  EXPECT_EQ(settings(with(kMixed, {"host:?:cpu=2x"}), "cpu"), "a=2e+09 b=2e+09");
  EXPECT_EQ(settings(with(kMixed, {"link:w*:bandwidth=1Gbps"}), "net.bandwidth"), "wan=1.25e+08");
}

TEST(PlatformDocument, HostsWithoutADiskGetOne) {
  EXPECT_EQ(settings(with(kMixed, {"disk=100MBps"}), "disk"),
            "a's ssd=1e+08 a's ssd=1e+08 b's b-disk=1e+08 b's b-disk=1e+08");
  EXPECT_EQ(settings(with(kMixed, {"host:b:disk=100MBps"}), "host:b:disk"), "b's b-disk=1e+08 b's b-disk=1e+08");
}

TEST(PlatformDocument, AClusterIsChangedAsAWhole) {
  EXPECT_EQ(settings(with(kCluster, {"cpu=2x"}), "cpu"), "c=2e+09");
  EXPECT_EQ(settings(with(kCluster, {"host:node-*:cores=4"}), "cores"), "c=4");
  EXPECT_EQ(settings(with(kCluster, {"host:c:cores=4"}), "cores"), "c=4");
  EXPECT_EQ(settings(with(kCluster, {"net.bandwidth=1Gbps"}), "net.bandwidth"), "c=1.25e+08 c=2e+10")
      << "each cable, not the backbone";
  EXPECT_EQ(settings(with(kCluster, {"net.bandwidth=0.1x"}), "net.bandwidth"), "c=1.25e+08 c=2e+09");
  EXPECT_TRUE(contains(refusal(kCluster, "host:node-1:cpu=2x"), "whose hosts are all alike"));
  EXPECT_TRUE(contains(refusal(kCluster, "host:node-9:cpu=2x"), "no host 'node-9'"));
  EXPECT_EQ(PlatformDocument(kCluster, "p").hosts_of("c").size(), 4u);
}

TEST(PlatformDocument, RefusesWithTheReasonAndTheNearestName) {
  const std::pair<const char*, const char*> cases[] = {
      {"host:aa:cpu=2x", "no host 'aa'; did you mean 'a'?"},
      {"link:wen:latency=1ms", "no link 'wen'; did you mean 'wan'?"},
      {"link:nowhere:latency=1ms", "there are: wan"},
      {"link:wan_UP:latency=1ms", "both directions of 'wan' are one <link>"},
      {"host:b:disk=2x", "a factor could change"},
  };
  for (const auto& [change, says] : cases)
    EXPECT_TRUE(contains(refusal(kMixed, change), says)) << refusal(kMixed, change);
  const char* const alone =
      R"(<platform version="4.1"><zone id="z" routing="Full"><host id="h" speed="1Gf"/></zone></platform>)";
  EXPECT_TRUE(contains(refusal(alone, "net.latency=1ms"), "no link between hosts"));
  const char* const including = R"(<platform version="4.1"><include file="x.xml"/></platform>)";
  EXPECT_TRUE(contains(refusal(including, "cpu=2x"), "includes x.xml"));
  const char* const profile =
      R"(<platform version="4.1"><zone id="z" routing="Full"><link id="l" bandwidth="1Gbps" latency="1ms" latency_file="l.txt"/></zone></platform>)";
  EXPECT_TRUE(contains(refusal(profile, "net.latency=2x"), "follows the profile"));
  EXPECT_EQ(refusal(profile, "net.bandwidth=2x"), "");
  const char* const odd =
      R"(<platform version="4.1"><zone id="z" routing="Full"><host id="h" speed="fast"/></zone></platform>)";
  EXPECT_TRUE(contains(refusal(odd, "cpu=2x"), "speed=\"fast\""));
}

TEST(PlatformDocument, SaysWhereXmlIsBroken) {
  EXPECT_TRUE(
      contains(error_of([] { PlatformDocument("<platform>\n<zone>\n</platform>", "p.xml"); }), "p.xml, line 3"));
  EXPECT_TRUE(contains(error_of([] { PlatformDocument("<html/>", "p.xml"); }), "not a SimGrid platform"));
}

TEST(PlatformDocument, EverySamplePlatformTakesEveryFactor) {
  for (const char* name : {"cluster-10gbe.xml", "edge-board.xml", "fast-4x.xml", "laptop.xml", "two-sites.xml"}) {
    std::ifstream in(std::string(PLATFORMS) + name);
    std::ostringstream text;
    text << in.rdbuf();
    PlatformDocument document(text.str(), name);
    const auto before = document.settings(parse_knob("cpu"));
    document.apply(parse_change("cpu=2x"));
    const auto after = PlatformDocument(document.text(), name).settings(parse_knob("cpu"));
    ASSERT_EQ(before.size(), after.size());
    ASSERT_FALSE(before.empty()) << name;
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_DOUBLE_EQ(after[i].value, 2 * before[i].value);
  }
}

}  // namespace
}  // namespace simrec::replay::test
