// What a simulation notes besides who spent which time on what, if asked for: the critical path, and the use of
// connections, links and hosts. Only the event engine reports here.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "replayer/simulate/causal_chains.h"
#include "replayer/simulate/platform.h"
#include "replayer/simulate/use_over_time.h"

namespace simrec::replay {

class Insight {
 public:
  Insight(const Program& program, Platform& platform, std::size_t most_steps)
      : chains(most_steps),
        host_busy_ns(platform.hosts().size()),
        streams_(program.streams.size()),
        platform_(platform) {}

  void message(std::uint32_t stream, std::int64_t bytes) {
    ++streams_[stream].messages;
    streams_[stream].bytes += static_cast<std::uint64_t>(bytes);
  }
  void reader_waited(std::uint32_t stream, double seconds) { streams_[stream].wait_s += seconds; }
  /// A transfer between two platform hosts begins.
  void flow_started(std::uint32_t from, std::uint32_t to, double now);
  /// One that began at `since` ends.
  void flow_ended(std::uint32_t from, std::uint32_t to, double since, double now, double wire_bytes);

  /// Fills in path, streams, links and the use of hosts.
  void finish(Outcome& outcome) const;

  CausalChains chains;
  Chain end;                              ///< of process 0
  std::vector<UseOverTime> host_busy_ns;  ///< of cores, by platform host

 private:
  struct StreamSums {
    std::uint64_t messages = 0, bytes = 0;
    double wait_s = 0;
  };
  struct LinkSums {
    PlatformLink link;
    std::uint32_t active = 0;
    double busy_since = 0, busy_s = 0;
    UseOverTime bytes{};
  };
  /// Indices into links_.
  const std::vector<std::uint32_t>& route(std::uint32_t from, std::uint32_t to);

  std::vector<StreamSums> streams_;
  std::vector<LinkSums> links_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::uint32_t>> routes_;
  Platform& platform_;
};

}  // namespace simrec::replay
