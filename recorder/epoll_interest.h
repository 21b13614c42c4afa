// What an epoll instance of a running process watches.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace simrec::record {

struct EpollInterest {
  int fd = -1;  ///< number under which it was added
  std::uint32_t events = 0;
  std::uint64_t data = 0;
};

/// Entries of the epoll instance behind descriptor `epoll` of `pid`, from /proc/PID/fdinfo; empty when it cannot be
/// read or is none.
std::vector<EpollInterest> epoll_interest(pid_t pid, int epoll);

/// One line of fdinfo (proc(5)), "tfd: 5 events: 19 data: 5 …", appended to `found` if it is an entry.
void add_epoll_interest(std::string_view line, std::vector<EpollInterest>& found);

}  // namespace simrec::record
