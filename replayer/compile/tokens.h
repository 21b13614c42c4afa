// Tokens: things that happen once, and who made them happen.
#pragma once

#include <memory>

#include "replayer/compile/channels.h"

namespace simrec::replay::causal {

class Tokens {
 public:
  explicit Tokens(const std::shared_ptr<ScratchSpace>& space) : by_(space) {}

  TokenId add(CausePoint by = {}) {
    by_.push_back({by, false});
    return {static_cast<std::uint32_t>(by_.size() - 1)};
  }
  void set_cause(TokenId token, CausePoint by) { by_[token.value].by = by; }
  CausePoint cause(TokenId token) const { return by_[token.value].by; }
  /// A thread's end made it happen.
  void set_end(TokenId token) { by_[token.value].end = true; }
  bool is_end(TokenId token) const { return by_[token.value].end; }
  std::size_t size() const { return by_.size(); }

 private:
  struct Token {
    CausePoint by;
    bool end = false;
  };
  ScratchSequence<Token> by_;
};

}  // namespace simrec::replay::causal
