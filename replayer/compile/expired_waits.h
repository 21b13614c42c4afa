// A thread's futex waits that timed out, until it is released at the same word: a tick that waits to be told to stop, a
// worker that looks after its queue from time to time.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "replayer/compile/futexes.h"

namespace simrec::replay::causal {

class ExpiredWaits {
 public:
  /// Op `sleep` of the thread stands for one at `word`.
  void add(const Futexes::Key& word, std::uint32_t sleep) {
    if (by_word_.size() >= kMostWords) by_word_.clear();
    std::vector<std::uint32_t>& sleeps = by_word_[Futexes::pair_of(word)];
    if (sleeps.size() == kMost) sleeps.erase(sleeps.begin(), sleeps.begin() + kMost / 2);
    sleeps.push_back(sleep);
  }
  /// The thread was released there: the ops since it was so last, oldest first.
  std::vector<std::uint32_t> take(const Futexes::Key& word) {
    auto node = by_word_.extract(Futexes::pair_of(word));
    return node ? std::move(node.mapped()) : std::vector<std::uint32_t>{};
  }

 private:
  /// Older ones stay as long as they were, so that memory does not grow with the length of the run.
  static constexpr std::size_t kMost = 4096, kMostWords = 64;
  std::unordered_map<Futexes::Key, std::vector<std::uint32_t>, Futexes::KeyHash> by_word_;
};

}  // namespace simrec::replay::causal
