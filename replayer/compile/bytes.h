// Bytes received and sent on a channel, and reads of the objects that only look like streams.
#pragma once

#include "replayer/compile/context.h"

namespace simrec::replay::causal {

/// At the exit of a call that took bytes from a channel.
void receive_bytes(Context& c, Call& call, std::uint32_t channel, std::int64_t bytes, bool peek);
/// At the exit of a call that put bytes (accounted at its entry) into a channel.
void send_bytes(Context& c, Call& call, std::uint32_t channel, std::int64_t bytes);

/// What event_loops.h calls the source of what has these ends, if it is one connection or stream.
std::optional<SourceKey> source_of(const Ends& ends);
/// The client has learned that its connection is there: it waits for that, unless it has before.
void connection_made(Context& c, Call& call, ObjectId client);

void write_eventfd(Context& c, Call& call);  ///< at entry
void read_eventfd(Context& c, Call& call);
void read_timerfd(Context& c, Call& call);
void read_signalfd(Context& c, Call& call);

}  // namespace simrec::replay::causal
