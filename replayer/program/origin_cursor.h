// Where ops come from, for who goes along a thread's ops.
#pragma once

#include <algorithm>
#include <cstdint>

#include "replayer/program/program.h"

namespace simrec::replay {

/// Finds the origin of one op after the other; jumps are possible, but slower. The origins must outlive it and keep
/// their place.
class OriginCursor {
 public:
  explicit OriginCursor(const ScratchSequence<OpOrigin>& origins) : origins_(origins) {}

  /// Origin of the op; nullptr = unknown.
  const OpOrigin* of(std::uint32_t op) {
    constexpr int kSteps = 8;
    for (int step = 0; step < kSteps; ++step) {
      if (at_ >= origins_.size() || origins_[at_].first_op > op) break;
      if (at_ + 1 == origins_.size() || origins_[at_ + 1].first_op > op) return &origins_[at_];
      ++at_;
    }
    const auto next = std::ranges::upper_bound(origins_, op, {}, &OpOrigin::first_op);
    if (next == origins_.begin()) return nullptr;
    at_ = static_cast<std::size_t>(next - origins_.begin()) - 1;
    return &origins_[at_];
  }

 private:
  const ScratchSequence<OpOrigin>& origins_;
  std::size_t at_ = 0;
};

/// Notes that ops from `here` on come from there (nullptr = unknown), unless those before do, too.
inline void add_origin(ScratchSequence<OpOrigin>& origins, std::uint32_t here, const OpOrigin* from) {
  if (from == nullptr) return;
  if (origins.empty() || origins.back().event_kind != from->event_kind || origins.back().fd != from->fd)
    origins.push_back({here, from->event_kind, from->fd});
}

}  // namespace simrec::replay
