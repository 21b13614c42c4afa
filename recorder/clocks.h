// Clock readings and conversions to nanoseconds.
#pragma once

#include <sys/time.h>
#include <time.h>

#include "trace-format/ids.h"

namespace simrec::record {

inline Ns to_ns(const timespec& time) { return time.tv_sec * Ns{1'000'000'000} + time.tv_nsec; }
inline Ns to_ns(const timeval& time) { return time.tv_sec * Ns{1'000'000'000} + time.tv_usec * Ns{1'000}; }

inline Ns clock_now(clockid_t clock = CLOCK_MONOTONIC) {
  timespec now{};
  clock_gettime(clock, &now);
  return to_ns(now);
}

/// An absolute time of `clock` as a distance from now, at least 0.
inline Ns relative_to_now(Ns absolute, clockid_t clock) {
  const Ns left = absolute - clock_now(clock);
  return left > 0 ? left : 0;
}

/// The same when the clock is not known (a timer made by an unrecorded call): times of the real-time clock
/// are decades from the epoch, those of the monotonic one are times since boot.
inline Ns relative_to_now(Ns absolute) {
  constexpr Ns kTenYears = Ns{10} * 365 * 86'400 * 1'000'000'000;
  return relative_to_now(absolute, absolute > kTenYears ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}

}  // namespace simrec::record
