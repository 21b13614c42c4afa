#include "recorder/epoll_interest.h"

#include <charconv>
#include <fstream>
#include <string>

namespace simrec::record {
namespace {

/// The number behind `name` in `line`; false when it is not there.
template <class Number>
bool field(std::string_view line, std::string_view name, int base, Number& number) {
  std::size_t at = line.find(name);
  if (at == std::string_view::npos) return false;
  at = line.find_first_not_of(' ', at + name.size());
  if (at == std::string_view::npos) return false;
  return std::from_chars(line.data() + at, line.data() + line.size(), number, base).ec == std::errc{};
}

}  // namespace

void add_epoll_interest(std::string_view line, std::vector<EpollInterest>& found) {
  EpollInterest entry;
  if (line.starts_with("tfd:") && field(line, "tfd:", 10, entry.fd) && field(line, " events:", 16, entry.events) &&
      field(line, " data:", 16, entry.data))
    found.push_back(entry);
}

std::vector<EpollInterest> epoll_interest(pid_t pid, int epoll) {
  std::vector<EpollInterest> found;
  std::ifstream in("/proc/" + std::to_string(pid) + "/fdinfo/" + std::to_string(epoll));
  for (std::string line; std::getline(in, line);) add_epoll_interest(line, found);
  return found;
}

}  // namespace simrec::record
