// Tokens: things that happen once, and who made them happen.
#pragma once

#include <memory>

#include "replayer/compile/channels.h"

namespace simrec::replay::causal {

class Tokens {
 public:
  explicit Tokens(const std::shared_ptr<ScratchSpace>& space) : by_(space), eventfd_(space) {}

  TokenId add(CausePoint by = {}) {
    by_.push_back(by);
    return {static_cast<std::uint32_t>(by_.size() - 1)};
  }
  void set_cause(TokenId token, CausePoint by) { by_[token.value] = by; }
  CausePoint cause(TokenId token) const { return by_[token.value]; }
  std::size_t size() const { return by_.size(); }
  /// A write to an eventfd makes it happen, and reads of that one wait for it.
  void belongs_to(TokenId token, ObjectId eventfd) {
    while (eventfd_.size() <= token.value) eventfd_.push_back(0);
    eventfd_[token.value] = eventfd.value;
  }
  bool have_eventfds() const { return !eventfd_.empty(); }
  /// 0 = none.
  std::uint32_t eventfd(std::uint32_t token) const { return token < eventfd_.size() ? eventfd_[token] : 0; }

 private:
  ScratchSequence<CausePoint> by_;
  ScratchSequence<std::uint32_t> eventfd_;  ///< by token, as far as there are any
};

}  // namespace simrec::replay::causal
