// Placements that leave the network unused.
#include "replayer/cli/idle_network.h"

#include <gtest/gtest.h>

namespace simrec::replay {
namespace {

/// Client, server and a shell, each a process of one thread; client and server have a connection.
struct Placed {
  Program program;
  Outcome outcome;

  explicit Placed(const std::vector<std::string>& hosts) {
    for (std::uint32_t i = 0; i < hosts.size(); ++i) {
      program.processes.emplace_back();
      program.threads.emplace_back().process = i;
      outcome.processes.emplace_back().host = hosts[i];
    }
    Stream stream;
    stream.transport = Transport::tcp;
    stream.writer_thread = 0;
    stream.reader_thread = 1;
    program.streams.push_back(stream);
  }
  bool warns() const { return idle_network_warning(program, outcome).has_value(); }
};

TEST(IdleNetwork, WarnsIfHostsAreUsedAndTheirNetworkIsNot) { EXPECT_TRUE(Placed({"h2", "h2", "h1"}).warns()); }

TEST(IdleNetwork, IsSilentIfAConnectionLeadsElsewhere) { EXPECT_FALSE(Placed({"h1", "h2", "h1"}).warns()); }

TEST(IdleNetwork, IsSilentOnOneHost) { EXPECT_FALSE(Placed({"h1", "h1", "h1"}).warns()); }

TEST(IdleNetwork, IsSilentWithoutConnections) {
  Placed run({"h2", "h2", "h1"});
  run.program.streams[0].transport = Transport::pipe;
  EXPECT_FALSE(run.warns());
}

}  // namespace
}  // namespace simrec::replay
