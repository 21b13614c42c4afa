// Host names of a SimGrid <cluster>.
#pragma once

#include <string>
#include <vector>

namespace simrec::replay {

/// prefix + number + suffix for each number of a radical like "0-15" or "0,2,7-9"; the first 100,000 at most.
/// What is malformed is left out: SimGrid has its own words for it.
std::vector<std::string> hosts_of_radical(const std::string& prefix, const std::string& radical,
                                          const std::string& suffix);

}  // namespace simrec::replay
