#include "replayer/compile/recorder_load.h"

#include <algorithm>
#include <cmath>

namespace simrec::replay::causal {
namespace {

constexpr Ns kShortestBucketNs = 100'000;
constexpr Ns kMostBuckets = 1'000'000;
/// The recorder drains its rings at least every 32 ms and compresses blocks of several such batches.
constexpr Ns kShortestWindowNs = 100'000'000;
constexpr Ns kMostWindows = 100'000;

bool is_fast(const Event& e) { return (e.flags & kFast) != 0; }

}  // namespace

RecorderLoad::RecorderLoad(const Trace& trace, const Ledger& ledger, Ns end) : end_(std::max<Ns>(end, 1)) {
  bucket_ns_ = std::max(kShortestBucketNs, end_ / kMostBuckets + 1);
  window_ns_ = std::max(kShortestWindowNs, end_ / kMostWindows + 1);
  stops_before_.assign(bucket_at(end_) + 2, 0);
  windows_.resize(window_at(end_) + 1);
  cores_ = std::max(1U, trace.header.host.cores);
  spread_over_events(trace, ledger);
}

/// A stop costs the recorder what it costs the program in wall time, or less; the fast path, if it was in use, has the
/// rest.
void RecorderLoad::spread_over_events(const Trace& trace, const Ledger& ledger) {
  double at_stops = 0;
  std::uint64_t fast = 0;
  for (const ThreadEvents& events : trace.events)
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Event e = events[i];
      const CorrectedTimes times = ledger.corrected(e);
      Window& window = windows_[window_at(e.entry_ns)];
      window.own_cpu +=
          static_cast<double>(times.burst_ns + times.call_cpu_ns + (is_fast(e) ? ledger.wall_cost_ns(e) : 0));
      if (is_fast(e)) {
        ++fast;
        window.drain_cpu += 1;
      } else {
        const auto cost = static_cast<double>(ledger.wall_cost_ns(e));
        at_stops += cost;
        stops_before_[bucket_at(e.entry_ns) + 1] += cost;
      }
    }
  const auto cpu = static_cast<double>(trace.footer ? std::max<Ns>(trace.footer->recorder_cpu_ns, 0) : 0);
  const double of_cost = at_stops > 0 ? cpu / at_stops : 0;
  const double per_stop_ns = fast ? std::min(of_cost, 1.0) : of_cost;
  const double per_fast = fast ? std::max(cpu - at_stops, 0.0) / static_cast<double>(fast) : 0;
  double before = 0;
  for (double& b : stops_before_) b = before += b * per_stop_ns;
  for (Window& w : windows_) w.drain_cpu *= per_fast;
}

std::size_t RecorderLoad::bucket_at(Ns time) const {
  return static_cast<std::size_t>(std::clamp<Ns>(time, 0, end_) / bucket_ns_);
}

std::size_t RecorderLoad::window_at(Ns time) const {
  return static_cast<std::size_t>(std::clamp<Ns>(time, 0, end_) / window_ns_);
}

double RecorderLoad::stops_until(Ns time) const {
  time = std::clamp<Ns>(time, 0, end_);
  const std::size_t bucket = bucket_at(time);
  const double part = static_cast<double>(time % bucket_ns_) / static_cast<double>(bucket_ns_);
  return stops_before_[bucket] + part * (stops_before_[bucket + 1] - stops_before_[bucket]);
}

void RecorderLoad::note(Ns off_core, Ns crowded, Ns from, Ns to) {
  if (off_core <= 0) return;
  const auto whole = static_cast<double>(off_core);
  const double at_stops = std::min(whole, from < to ? stops_until(to) - stops_until(from) : 0.0);
  taken_at_stops_ += at_stops;
  const std::size_t first = window_at(from), last = std::max(window_at(to), first);
  const double part = (1 - at_stops / whole) / static_cast<double>(last - first + 1);
  for (std::size_t i = first; i <= last; ++i) {
    windows_[i].off_core += whole * part;
    windows_[i].crowded += static_cast<double>(crowded) * part;
  }
}

/// How much of what the recorder left of the cores the program kept busy.
double RecorderLoad::busy(const Window& window) const {
  const double left = cores_ * static_cast<double>(std::min(window_ns_, end_)) - window.drain_cpu;
  return window.own_cpu < left ? window.own_cpu / left : 1.0;
}

RecorderLoad::Shares RecorderLoad::shares() const {
  double recorder = taken_at_stops_, crowded = 0;
  for (const Window& w : windows_) {
    if (w.off_core <= 0) continue;
    const double taken = std::min(w.off_core, w.drain_cpu * busy(w));
    recorder += taken;
    crowded += w.crowded * (1 - taken / w.off_core);
  }
  return {std::llround(recorder), std::llround(crowded)};
}

}  // namespace simrec::replay::causal
