// Tokens: things that happen once, and who made them happen.
#pragma once

#include <memory>

#include "replayer/compile/channels.h"

namespace simrec::replay::causal {

class Tokens {
 public:
  explicit Tokens(const std::shared_ptr<ScratchSpace>& space) : by_(space) {}

  TokenId add(CausePoint by = {}) {
    by_.push_back(by);
    return {static_cast<std::uint32_t>(by_.size() - 1)};
  }
  void set_cause(TokenId token, CausePoint by) { by_[token.value] = by; }
  CausePoint cause(TokenId token) const { return by_[token.value]; }
  std::size_t size() const { return by_.size(); }

 private:
  ScratchSequence<CausePoint> by_;
};

}  // namespace simrec::replay::causal
