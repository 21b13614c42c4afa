// What a thread's polls have told it of its sources, for who goes along its ops.
#pragma once

#include <unordered_map>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class ReadySources {
 public:
  /// Polls that reported a source in the region that it was reported in last, while recording.
  struct Times {
    Ns first_ns = 0, last_ns = 0;
  };

  /// `polled` must outlive it.
  explicit ReadySources(const PolledSources& polled) : polled_(polled) {}

  /// Takes the next poll that found something before op `at`, which is in `region`; nullptr = no further one.
  const PollMark* next(std::uint32_t at, std::uint32_t region) {
    if (mark_ == polled_.marks.size() || polled_.marks[mark_].first_op > at) return nullptr;
    const PollMark& mark = polled_.marks[mark_++];
    ++poll_;
    for (; source_ < mark.end_source; ++source_) {
      Ready& ready = ready_[polled_.sources[source_]];
      ready.poll = poll_;
      ready.times.last_ns = mark.at_ns;
      if (ready.region != region) ready.times.first_ns = mark.at_ns;
      ready.region = region;
    }
    return &mark;
  }

  /// Has there been a poll that found something?
  bool any() const { return poll_ > 0; }
  /// Did the last one report the source?
  bool is_ready(SourceKey source) const {
    const auto it = ready_.find(source);
    return poll_ > 0 && it != ready_.end() && it->second.poll == poll_;
  }
  /// As if it had: the thread has accepted it since.
  void accepted(SourceKey source) { ready_[source].poll = poll_; }
  Times times(SourceKey source) const {
    const auto it = ready_.find(source);
    return it == ready_.end() ? Times() : it->second.times;
  }

  /// How often has the thread come round, that is polled, between ops `first` and `at`? Exact up to 2. Both grow from
  /// call to call.
  std::uint32_t rounds_since(std::uint32_t first, std::uint32_t at) {
    while (idle_ < polled_.idle.size() && polled_.idle[idle_] < first) ++idle_;
    std::uint32_t rounds = mark_ > 0 && polled_.marks[mark_ - 1].first_op >= first ? 1 : 0;
    for (std::size_t i = idle_; rounds < 2 && i < polled_.idle.size() && polled_.idle[i] <= at; ++i) ++rounds;
    return rounds;
  }

  /// Of the polls from here to op `goal`: will the last one report the source?
  bool will_be_ready(SourceKey source, std::uint32_t goal) const {
    std::uint32_t next = source_;
    bool found = false;
    for (std::size_t m = mark_; m < polled_.marks.size() && polled_.marks[m].first_op <= goal; ++m) {
      found = false;
      for (; next < polled_.marks[m].end_source; ++next) found = found || polled_.sources[next] == source;
    }
    return found;
  }

 private:
  struct Ready {
    std::uint32_t poll = 0;             ///< the last one, counted from 1
    std::uint32_t region = UINT32_MAX;  ///< in which first_ns is
    Times times;
  };

  const PolledSources& polled_;
  std::size_t mark_ = 0, idle_ = 0;
  std::uint32_t source_ = 0, poll_ = 0;
  std::unordered_map<SourceKey, Ready> ready_;
};

}  // namespace simrec::replay::causal
