// Connections to which a process passes on what comes from others: told by what a thread did last before it sent there,
// without waiting in between. Servers mostly answer what they have just received there; brokers and proxies never do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replayer/compile/loop_ops.h"

namespace simrec::replay::causal {

class Relays {
 public:
  /// A thread sends to `to` what may come from `from`: the one it has received from last, since it last waited.
  void sends(SourceKey to, SourceKey from) {
    Use& use = uses_[to];
    ++(to == from ? use.own : use.others);
  }

  bool contains(SourceKey source) const {
    const auto found = uses_.find(source);
    return found != uses_.end() && found->second.others >= kLeast && found->second.others > kMostly * found->second.own;
  }

 private:
  static constexpr std::uint32_t kLeast = 4, kMostly = 4;
  struct Use {
    std::uint32_t own = 0, others = 0;
  };
  std::unordered_map<SourceKey, Use> uses_;
};

/// A runtime of tasks (Boost.Asio) reads from all connections that have something, then answers them all.
class ReadAhead {
 public:
  void receives(SourceKey from) {
    if (std::exchange(sends_, false)) sources_.clear();
    if (std::ranges::find(sources_, from) == sources_.end()) sources_.push_back(from);
  }
  /// A send to one of several from which the thread had received right before it began to send.
  bool answers(SourceKey to) {
    sends_ = true;
    return sources_.size() >= kSeveral && std::ranges::find(sources_, to) != sources_.end();
  }

 private:
  static constexpr std::size_t kSeveral = 3;  // a broker may have two messages to exchange
  std::vector<SourceKey> sources_;
  bool sends_ = false;
};

}  // namespace simrec::replay::causal
