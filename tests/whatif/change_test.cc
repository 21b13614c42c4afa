#include "replayer/whatif/change.h"

#include <gtest/gtest.h>

#include "tests/whatif/expect_error.h"

namespace simrec::replay::test {
namespace {

TEST(Change, KnowsItsScope) {
  EXPECT_EQ(parse_change("cpu=2x"), (Change{{ScopeKind::all, "", Quantity::cpu}, {2, true}}));
  EXPECT_EQ(parse_change("host:h1:cores=8"), (Change{{ScopeKind::host, "h1", Quantity::cores}, {8, false}}));
  EXPECT_EQ(parse_change("link:wan*:latency=5ms"),
            (Change{{ScopeKind::link, "wan*", Quantity::latency}, {0.005, false}}));
  EXPECT_EQ(parse_change("link:wan:net.latency=5ms").knob, (Knob{ScopeKind::link, "wan", Quantity::latency}));
  EXPECT_EQ(parse_change("redis-server*:cpu=2x").knob, (Knob{ScopeKind::process, "redis-server*", Quantity::cpu}));
  EXPECT_EQ(parse_change("pid:12:cpu=2x").knob, (Knob{ScopeKind::process, "pid:12", Quantity::cpu}));
  EXPECT_EQ(parse_change("cmd:a=b:cpu=2x").knob, (Knob{ScopeKind::process, "cmd:a=b", Quantity::cpu}));
  EXPECT_EQ(parse_change("function:std::sort:cpu=2x").knob, (Knob{ScopeKind::function, "std::sort", Quantity::cpu}));
}

TEST(Change, WritesWhatItReads) {
  for (const char* text : {"cpu=2x", "host:h1:cores=8", "link:wan*:latency=5ms", "redis-server*:cpu=0.5x",
                           "process:host:x:cpu=2x", "function:std::sort:cpu=2x", "net.bandwidth=1Gbps"})
    EXPECT_EQ(text_of(parse_change(text)), text);
}

TEST(Change, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"cpu", "is not [SCOPE:]NAME=VALUE"},
      {"=2x", "is not [SCOPE:]NAME=VALUE"},
      {"cpu=", "is not [SCOPE:]NAME=VALUE"},
      {"cppu=2x", "did you mean 'cpu'?"},
      {"net.latancy=2x", "did you mean 'net.latency'?"},
      {"rtt=5ms", "did you mean 'net.latency'?"},
      {"colour=2x", "choose cpu, cores, net.latency, net.bandwidth, disk"},
      {"redis:latency=5ms", "a process has no latency of its own"},
      {"host:h1:latency=5ms", "only cpu, cores or disk"},
      {"link:l:cpu=2x", "only latency or bandwidth"},
      {"redis:cpu=2Gf", "say how much faster it computes"},
      {":cpu=2x", "names no process"},
      {"host::cpu=2x", "names no host"},
  };
  for (const auto& [text, says] : cases) {
    const std::string error = error_of([&] { parse_change(text); });
    EXPECT_TRUE(contains(error, says)) << text << ": " << error;
  }
}

}  // namespace
}  // namespace simrec::replay::test
