#include "recorder/fast/tsc_clock.h"

#include <x86intrin.h>

#include <algorithm>
#include <cmath>

#include "recorder/clocks.h"

namespace simrec::record {
namespace {

constexpr int kTries = 5;                 // the tightest of these pairs is taken
constexpr std::size_t kKept = 64;         // pairs: more than the oldest record that can still be in a ring
constexpr Ns kApart = 500'000;            // pairs closer than this add more noise than they remove
constexpr Ns kFirstBaseline = 2'000'000;  // for the first estimate of the rate

}  // namespace

TscClock::Pair TscClock::read_pair() {
  Pair best{};
  std::uint64_t tightest = UINT64_MAX;
  for (int i = 0; i < kTries; ++i) {
    const std::uint64_t before = __rdtsc();
    const Ns now = clock_now();
    const std::uint64_t after = __rdtsc();
    if (after - before >= tightest) continue;
    tightest = after - before;
    best = {before + tightest / 2, now};
  }
  return best;
}

TscClock::TscClock() {
  pairs_.push_back(read_pair());
  while (clock_now() - pairs_.front().monotonic_ns < kFirstBaseline) {
  }
  synchronise();
}

void TscClock::synchronise() {
  const Pair now = read_pair();
  const Pair& last = pairs_.back();
  if (now.monotonic_ns - last.monotonic_ns < kApart && pairs_.size() > 1) return;
  pairs_.push_back(now);
  if (pairs_.size() > kKept) pairs_.pop_front();
  const Pair& first = pairs_.front();
  ns_per_tick_ = static_cast<double>(now.monotonic_ns - first.monotonic_ns) / static_cast<double>(now.tsc - first.tsc);
}

Ns TscClock::monotonic_ns(std::uint64_t tsc) const {
  const auto after = std::ranges::upper_bound(pairs_, tsc, {}, &Pair::tsc);
  if (after == pairs_.begin() || after == pairs_.end()) {
    const Pair& near = after == pairs_.begin() ? pairs_.front() : pairs_.back();
    return near.monotonic_ns +
           std::llround(static_cast<double>(static_cast<std::int64_t>(tsc - near.tsc)) * ns_per_tick_);
  }
  const Pair& from = *std::prev(after);
  const double rate =
      static_cast<double>(after->monotonic_ns - from.monotonic_ns) / static_cast<double>(after->tsc - from.tsc);
  return from.monotonic_ns + std::llround(static_cast<double>(tsc - from.tsc) * rate);
}

Ns TscClock::duration_ns(std::uint64_t ticks) const {
  return std::llround(static_cast<double>(static_cast<std::int64_t>(ticks)) * ns_per_tick_);
}

}  // namespace simrec::record
