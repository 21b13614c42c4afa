// TCP holds small segments back until the one before is acknowledged (Nagle, RFC 896), and a receiver that itself has
// something to say now and then delays that: programs that write in small pieces and then wait stand still so long.
#pragma once

#include "replayer/program/program.h"

namespace simrec::replay {

/// Linux: TCP_DELACK_MIN in include/net/tcp.h.
inline constexpr Ns kDelayedAcknowledgement = 40'000'000;

}  // namespace simrec::replay
