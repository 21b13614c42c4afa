// The few instructions between a patched call site and the hook.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "recorder/fast/call_site.h"

namespace simrec::record {

inline constexpr std::size_t kStubBytes = 64;

/// Offset of the call instruction for tier 1 in a stub.
std::uint64_t slow_call_offset(PatchKind kind);

/// Code of the stub at `address` for the call site at `site`.
std::array<std::uint8_t, kStubBytes> stub_code(std::uint64_t address, std::uint64_t site, PatchKind kind,
                                               std::uint32_t number);

/// `jmp rel32` at `from` to `to`, padded with 1-byte nops; nullopt when that is out of reach.
std::optional<std::vector<std::uint8_t>> jump_code(std::uint64_t from, std::uint64_t to, std::size_t bytes);
/// `jmp rel8`, for a distance that plan_patch() found in reach.
std::array<std::uint8_t, 2> short_jump_code(std::uint64_t from, std::uint64_t to);

}  // namespace simrec::record
