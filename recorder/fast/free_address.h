// Finds room in a process's address space for stubs near the code that jumps to them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace simrec::record {

/// A 5-byte jump reaches from one to the other, wherever in a page they are.
bool within_jump(std::uint64_t a, std::uint64_t b);

/// A free, page-aligned range of `bytes` in jump reach of `near`, preferably below it, and where neither the heap
/// nor the stack would grow into it; nullopt when there is none or the process is gone.
std::optional<std::uint64_t> find_free_address(pid_t pid, std::uint64_t near, std::uint64_t bytes);

}  // namespace simrec::record
