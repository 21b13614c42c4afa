// Programs that grow in one dimension while the number of ops stays the same: what does each more cost?
#pragma once

#include <cstdint>
#include <string>

#include "replayer/program/program.h"

namespace simrec::bench {

/// A program of about `ops` ops that is `size` large in `dimension`:
///  - "threads": so many threads, in pairs that ask and answer within one host;
///  - "connections": two threads on two hosts that talk over so many connections in turn;
///  - "flows": so many pairs on two hosts, each with 64 KiB under way at any time;
///  - "hosts": so many hosts with a rank each, messages go round (for a platform with hosts node-0, node-1, …);
///  - "tasks": so many threads that compute on one host's cores.
/// Processes are called as the hosts they belong on ("here", "there", "node-N"). Throws std::invalid_argument.
replay::Program growing_program(const std::string& dimension, std::uint32_t size, std::uint64_t ops);

}  // namespace simrec::bench
