#include "replayer/whatif/two_sites.h"

#include <gtest/gtest.h>

#include "replayer/whatif/platform_document.h"
#include "replayer/whatif/platform_file.h"
#include "tests/simulate/program_builder.h"
#include "tests/whatif/expect_error.h"
#include "trace-format/twin.h"

namespace simrec::replay::test {
namespace {

std::string twin() {
  Header header;
  header.host.name = "home";
  header.host.cores = 4;
  header.calibration.core_speed_flops = 1e9;
  return twin_platform_xml(header, IdleCores::native);
}

TEST(TwoSites, AreAsFarApartAsAskedFor) {
  const PlatformDocument document(sites_platform_xml(twin(), {"remote"}, {0.04, 12.5e6}), "p");
  EXPECT_EQ(document.host_names(), (std::vector<std::string>{"home", "remote"}));
  EXPECT_EQ(document.link_names(), (std::vector<std::string>{"wan-remote"}));
  EXPECT_DOUBLE_EQ(document.settings(parse_knob("net.latency")).at(0).value, 0.02) << "one way";
  EXPECT_DOUBLE_EQ(document.settings(parse_knob("net.bandwidth")).at(0).value, 12.5e6);
  EXPECT_DOUBLE_EQ(document.settings(parse_knob("host:remote:cores")).at(0).value, 4);
}

TEST(TwoSites, RefusesNamesThatAreNone) {
  EXPECT_TRUE(contains(error_of([] { sites_platform_xml(twin(), {"home"}, {}); }), "recording host itself"));
  EXPECT_TRUE(contains(error_of([] { sites_platform_xml(twin(), {"a b"}, {}); }), "no name for a host"));
}

/// A request and its answer over TCP between two processes.
ProgramBuilder exchange() {
  ProgramBuilder b;
  b.process("client", {connect(0), send(0, 100), recv(1, 100)});
  b.process("server", {accept(0), recv(0, 100), send(1, 100)});
  b.connection(0, 1);
  b.stream(0, 1, kUnlimited, Transport::tcp, 1);
  b.stream(1, 0, kUnlimited, Transport::tcp, 1);
  return b;
}

TEST(TwoSites, SimGridLoadsThemAndPaysTheRoundTrips) {
  const ProgramBuilder b = exchange();
  SimulateOptions options;
  options.placement = {{"server", "there"}};
  const PlatformFile file(sites_platform_xml(twin(), {"there", "elsewhere"}, {0.04, 12.5e6}));
  const Outcome outcome = simulate(b.program, file.path(), options);
  EXPECT_NEAR(static_cast<double>(outcome.predicted_ns) / 1e9, 0.08, 0.001) << "one to connect, one to ask";
  options.placement.push_back({"client", "elsewhere"});
  EXPECT_NEAR(static_cast<double>(simulate(b.program, file.path(), options).predicted_ns) / 1e9, 0.16, 0.001)
      << "both links";
}

TEST(TwoSites, ServersGoAwayIfNobodySaysHow) {
  const ImpliedSplit split = implied_split(exchange().program, "home", "remote");
  ASSERT_EQ(split.rules.size(), 2u);
  EXPECT_EQ(split.rules[0].pattern, "pid:100");
  EXPECT_EQ(split.rules[0].host, "home");
  EXPECT_EQ(split.rules[1].host, "remote");
  EXPECT_EQ(split.servers, "server");
  EXPECT_EQ(split.clients, "client");
}

TEST(TwoSites, WhoSharesMemoryIsNotSplit) {
  ProgramBuilder b = exchange();
  b.program.processes[1].sharing_group = b.program.processes[0].sharing_group;
  EXPECT_TRUE(implied_split(b.program, "home", "remote").rules.empty());
  ProgramBuilder alone;
  alone.process("alone", {compute(kMs)});
  EXPECT_TRUE(implied_split(alone.program, "home", "remote").rules.empty());
}

}  // namespace
}  // namespace simrec::replay::test
