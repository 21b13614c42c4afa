#include "replayer/cli/idle_network.h"

#include <algorithm>
#include <set>

namespace simrec::replay {

bool leads_elsewhere(const Stream& stream, const Program& program, const Outcome& outcome) {
  const auto host_of = [&](std::uint32_t thread) -> const std::string& {
    return outcome.processes.at(program.threads.at(thread).process).host;
  };
  return host_of(stream.writer_thread) != host_of(stream.reader_thread);
}

std::optional<std::string> idle_network_warning(const Program& program, const Outcome& outcome) {
  std::set<std::string> hosts;
  for (const ProcessOutcome& process : outcome.processes) hosts.insert(process.host);
  const auto is_tcp = [](const Stream& s) { return s.transport == Transport::tcp; };
  const auto crosses = [&](const Stream& s) { return leads_elsewhere(s, program, outcome); };
  if (hosts.size() < 2 || std::ranges::none_of(program.streams, is_tcp) ||
      std::ranges::any_of(program.streams, crosses))
    return std::nullopt;
  return "processes run on " + std::to_string(hosts.size()) +
         " hosts, but none of their connections leads from one to another: is each where it should be? (--place "
         "matches "
         "launchers like mpirun, too, whose command line has those of their children in it, and children go with their "
         "parents)";
}

}  // namespace simrec::replay
