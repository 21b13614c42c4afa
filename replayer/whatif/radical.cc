#include "replayer/whatif/radical.h"

#include <charconv>
#include <sstream>

namespace simrec::replay {
namespace {

constexpr std::size_t kMostHosts = 100'000;

bool parse(std::string_view text, unsigned& number) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && rest == text.data() + text.size();
}

}  // namespace

std::vector<std::string> hosts_of_radical(const std::string& prefix, const std::string& radical,
                                          const std::string& suffix) {
  std::vector<std::string> hosts;
  std::istringstream groups(radical);
  for (std::string group; std::getline(groups, group, ',');) {
    const std::size_t dash = group.find('-');
    unsigned first = 0, last = 0;
    if (!parse(std::string_view(group).substr(0, dash), first)) continue;
    last = first;
    if (dash != std::string::npos && !parse(std::string_view(group).substr(dash + 1), last)) continue;
    for (unsigned number = first; number <= last && hosts.size() < kMostHosts; ++number)
      hosts.push_back(prefix + std::to_string(number) + suffix);
  }
  return hosts;
}

}  // namespace simrec::replay
