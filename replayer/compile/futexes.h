// Matches futex waits with the wakes that released them. Also serves locks and semaphores: anything
// where "n waiters on a key are released".
#pragma once

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

class Futexes {
 public:
  struct Key {
    std::uint64_t space = 0;  ///< address space or shared object
    std::uint64_t address = 0;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& k) const {
      return (k.space * 0x9E3779B97F4A7C15ULL) ^ (k.address * 0xC2B2AE3D27D4EB4FULL >> 7);
    }
  };

  /// Condition variables of glibc have two words beside each other, used by turns (__g_signals): one key for both.
  static Key pair_of(const Key& word) { return {word.space, word.address & ~std::uint64_t{7}}; }

  explicit Futexes(const std::shared_ptr<ScratchSpace>& space) : credits_(space) {}

  /// A wake that released up to n waiters, on one key or (FUTEX_WAKE_OP) two.
  void wake(const Key& key, Ns entry, Ns exit, std::int64_t released, TokenId token);
  /// A thread's end wakes who joins it; what earlier threads left at this address is over.
  void thread_exit(const Key& key, Ns entry, TokenId token);
  void wake_two(const Key& a, const Key& b, Ns entry, Ns exit, std::int64_t released, TokenId token);
  /// Waiters on `from` that wait on `to` from now on.
  void requeue(const Key& from, const Key& to, Ns now);
  /// The earliest wake with a release left that can have ended a wait begun at `entry`.
  std::optional<TokenId> match(const Key& key, Ns entry);
  /// The latest wake so far, if it was still going on at `entry` or came later; releases are not counted (locks).
  std::optional<TokenId> latest(const Key& key, Ns entry) const;

 private:
  struct Wake {
    Ns exit;
    TokenId token;
    std::uint32_t credit;  ///< index into credits_
  };
  struct Line {
    std::vector<Wake> wakes;
    std::size_t head = 0;
    std::vector<Key> moved_to;
  };
  void add(const Key& key, const Wake& wake);
  std::optional<TokenId> take(Line& line, Ns entry);

  std::unordered_map<Key, Line, KeyHash> lines_;
  ScratchSequence<std::int64_t> credits_;
};

}  // namespace simrec::replay::causal
