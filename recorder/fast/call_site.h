// Decides how a system call instruction can be replaced by a jump without ever being half replaced.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace simrec::record {

/// Bytes of a program's code and where they are.
struct CodeWindow {
  std::uint64_t begin = 0;
  std::span<const std::uint8_t> bytes;
};

enum class PatchKind : std::uint8_t {
  /// The 2-byte call becomes a 2-byte jump to padding nearby, which holds the 5-byte jump. Threads inside the
  /// call, and jumps to the instruction behind it, are not affected.
  short_jump,
  /// The 5-byte `mov $number, %eax` right before the call becomes the 5-byte jump; the call stays in place.
  load_jump,
};

struct PatchPlan {
  PatchKind kind = PatchKind::short_jump;
  std::uint64_t jump_at = 0;     ///< where the 5-byte jump goes
  std::uint64_t jump_bytes = 5;  ///< all of the padding there: what the jump leaves becomes 1-byte nops
};

/// How far around a site plan_patch() wants to see.
inline constexpr std::uint64_t kWindowBefore = 8, kWindowAfter = 160;

/// Plan for the system call instruction at `site` that was just seen making call `number`; nullopt when no safe
/// way is known.
std::optional<PatchPlan> plan_patch(const CodeWindow& code, std::uint64_t site, std::uint32_t number);

}  // namespace simrec::record
