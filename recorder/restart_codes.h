// What an interrupted call returns inside the kernel when it is to be restarted (include/linux/errno.h). Tracers see
// these values; programs see EINTR, or nothing.
#pragma once

#include <cstdint>

namespace simrec::record {

inline constexpr std::int64_t kRestartSys = -512, kRestartNoInterrupt = -513, kRestartNoHandler = -514,
                              kRestartBlock = -516;

constexpr bool is_restart_code(std::int64_t result) {
  return result == kRestartSys || result == kRestartNoInterrupt || result == kRestartNoHandler ||
         result == kRestartBlock;
}

/// Restarted even after a signal's handler ran, if it was installed with SA_RESTART (or anyway).
constexpr bool restarts_after_handler(std::int64_t result) {
  return result == kRestartSys || result == kRestartNoInterrupt;
}

}  // namespace simrec::record
