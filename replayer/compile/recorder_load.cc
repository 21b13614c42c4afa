#include "replayer/compile/recorder_load.h"

#include <algorithm>

namespace simrec::replay::causal {
namespace {

constexpr Ns kShortestBucketNs = 100'000;
constexpr Ns kMostBuckets = 1'000'000;

}  // namespace

RecorderLoad::RecorderLoad(const Trace& trace) {
  if (!trace.footer || trace.footer->recorder_cpu_ns <= 0 || trace.event_count == 0) return;
  const Ns end = std::max<Ns>(trace.footer->end_ns, 1);
  bucket_ns_ = std::max(kShortestBucketNs, end / kMostBuckets + 1);
  before_.assign(static_cast<std::size_t>(end / bucket_ns_) + 2, 0);
  const double per_event = static_cast<double>(trace.footer->recorder_cpu_ns) / static_cast<double>(trace.event_count);
  for (const ThreadEvents& events : trace.events)
    for (std::size_t i = 0; i < events.size(); ++i) {
      const Ns entry = std::clamp<Ns>(events[i].entry_ns, 0, end);
      before_[static_cast<std::size_t>(entry / bucket_ns_) + 1] += per_event;
    }
  for (std::size_t i = 1; i < before_.size(); ++i) before_[i] += before_[i - 1];
}

double RecorderLoad::until(Ns time) const {
  if (before_.empty() || time <= 0) return 0;
  const auto bucket = static_cast<std::size_t>(time / bucket_ns_);
  if (bucket + 1 >= before_.size()) return before_.back();
  const double part = static_cast<double>(time % bucket_ns_) / static_cast<double>(bucket_ns_);
  return before_[bucket] + part * (before_[bucket + 1] - before_[bucket]);
}

}  // namespace simrec::replay::causal
