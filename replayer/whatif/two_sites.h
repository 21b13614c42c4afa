// Platforms made on the fly from the recording host's twin: --split.
#pragma once

#include <string>
#include <vector>

#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"

namespace simrec::replay {

/// What lies between the sites. The defaults are an Ethernet LAN.
struct Distance {
  double rtt_s = 200e-6;
  double bandwidth_Bps = 125e6;  ///< in each direction
};

/// The twin's host, and one just like it at each of the sites, joined to the first by a full-duplex link "wan-SITE";
/// between two sites a message crosses both links. `twin_xml` as twin_platform_xml() writes it. Throws ReplayError for
/// a site's name that is the twin's, or no name for a host.
std::string sites_platform_xml(const std::string& twin_xml, const std::vector<std::string>& sites,
                               const Distance& distance);

/// What `--split` does when nobody says how: the servers of TCP connections between processes on a second host.
struct ImpliedSplit {
  std::vector<PlaceRule> rules;  ///< empty = no two processes talk over TCP that could be put apart
  std::string servers, clients;  ///< names, for people
};

ImpliedSplit implied_split(const Program& program, const std::string& home, const std::string& remote);

}  // namespace simrec::replay
