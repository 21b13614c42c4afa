// Why a recorded call blocked, in the words of a prediction.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "trace-format/model.h"

namespace simrec::analysis {

/// What a thread's time went into. The first seven are those of a prediction (prediction.h, Waits).
enum class Cause : std::uint8_t { compute, network, disk, sync, child, sleep, ready, events, other };
inline constexpr std::size_t kCauses = 9;

/// "computing", "network", …, "events" (poll, select and epoll, which wait for anything).
std::string_view cause_name(Cause cause);

/// Time by Cause.
using TimeByCause = std::array<Ns, kCauses>;

/// What a call waited for, if it did; `object` is the kind of the kernel object behind its first descriptor.
Cause cause_of_waiting(const Event& event, ObjectKind object);

}  // namespace simrec::analysis
