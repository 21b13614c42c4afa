// Says in the user's terms what a thread of a causal program does or waits for: process, call, fd, peer.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "replayer/program/program.h"

namespace simrec::replay {

/// Name of an op kind: "recv".
const char* op_name(OpKind kind);

/// "redis-server[123]", or "make[12] thread 15" for a thread that is not the main one.
std::string describe_thread(const Program& program, std::uint32_t thread);

/// The recorded call an op comes from: "recvfrom fd 8"; "its end" behind the last op.
std::string describe_call(const Program& program, std::uint32_t thread, std::uint32_t op);

/// One clause: "redis-server[123] recvfrom fd 8 waits for 100 bytes of tcp 127.0.0.1:1 -> 127.0.0.1:2 from
/// redis-benchmark[124]". `op` may equal the number of ops (the thread has ended).
std::string describe_wait(const Program& program, std::uint32_t thread, std::uint32_t op);

/// Position of a thread that no spawn op has reached yet.
inline constexpr std::uint32_t kNotStarted = UINT32_MAX;

/// Thread that the op stands waiting for, given where every thread is; its index + 1, 0 if nobody can release it.
std::uint32_t find_releaser(const Program& program, std::span<const std::uint32_t> positions, std::uint32_t thread);

/// Explains a standstill. positions[t] = index of the op thread t cannot complete, ops.size() when it has
/// ended, or kNotStarted. Names the cycle of waits, or the wait that nobody can satisfy. Slow: for errors only.
std::string describe_standstill(const Program& program, std::span<const std::uint32_t> positions);

}  // namespace simrec::replay
