// Symbolic names of system call arguments: "O_RDONLY|O_CLOEXEC", "EPOLL_CTL_ADD", "SIGTERM".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace simrec::analysis {

/// An argument's value in the words of its call, e.g. ("socket", "domain", 2) is "AF_INET"; "" if no table knows it,
/// or for flags without a bit set.
std::string argument_name(std::string_view call, std::string_view argument, std::int64_t value);

/// Bits of poll(2) and epoll(7): "POLLIN|POLLHUP".
std::string poll_events(std::int64_t bits);

/// "SIGTERM", "SIGRT_3", or the number.
std::string signal_name(std::int64_t signal);

/// "ENOENT" for 2; also the kernel's own restart codes; the number if unknown.
std::string error_name(std::int64_t error);

/// A wait(2) status: "exited 0", "killed by SIGKILL", "stopped by SIGTSTP".
std::string wait_status(std::int64_t status);

}  // namespace simrec::analysis
