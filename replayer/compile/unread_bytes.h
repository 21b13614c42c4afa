// What a connection's reader never took before it closed. While recording a sender got as far ahead as loopback's
// buffers let it, megabytes; a reset at the reader's close then drops what is left (RFC 2525, 2.17). On a network the
// sender is still at the beginning of that when it is told.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// Shortens the last sends of TCP streams whose writers had more to send when they found that their readers had closed
/// them, to what may be under way by then. (Who has sent all that it wanted was not stopped by that: iperf3.)
void leave_unread_bytes(Context& c);

}  // namespace simrec::replay::causal
