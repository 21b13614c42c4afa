// Which futex words are barriers. Of those who meet at one, whoever came last while recording did not wait, so that no
// wait of its own tells that it needed the others; elsewhere it may come first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "replayer/compile/channels.h"
#include "replayer/compile/futexes.h"

namespace simrec::replay::causal {

/// A word is a barrier if one thread released all the others there several times running, and not always the same one:
/// who waits for a lock is released alone, and who has work for others releases them each time. Or always the same one,
/// which had waited for one of the others in between, that went to sleep then: who forks work and joins it waits in the
/// kernel for the last worker only. That holds, too, where each worker has a word of its own. Known after five
/// meetings, which are replayed as recorded.
class Barriers {
 public:
  /// A futex wait that succeeds, or came too late: the word had changed already (EAGAIN).
  struct Wait {
    std::uint32_t thread = 0;
    std::int64_t value = 0;  ///< that the word had, as far as the thread knows
    bool too_late = false;
    /// FUTEX_WAIT_BITSET: a condition variable, with which two threads may also feed each other by turns, so that
    /// barriers of two equals are not told. Those of the C library, OpenMP and C++ use FUTEX_WAIT.
    bool is_condition = false;
  };
  /// What the opener did since it opened the word last, as far as waits at futexes tell.
  enum class Join : std::uint8_t {
    none,     ///< waited for nobody
    unknown,  ///< waited for a thread that still runs: it may have more to do, or may be about to sleep
    joined,   ///< waited for a thread that went to sleep when it had released the opener
  };
  /// A thread that gives up its core over and over (sched_yield): it may have arrived. C++'s std::barrier does so a few
  /// times before it sleeps, and often need not sleep then.
  struct Yielding {
    std::uint32_t thread = 0;
    std::optional<TokenId> arrival;  ///< its token, if it takes part in a barrier
  };
  /// Somebody releases whoever waits at a word.
  struct Opening {
    std::uint32_t thread = 0;
    Ns time = 0;
    bool all = false;                  ///< else one of them
    std::int64_t released = 0;         ///< so many of them in the kernel
    CausePoint released_by;            ///< who ended the opener's latest wait
    bool releaser_sleeps = false;      ///< since then, at once
    std::vector<Yielding> yielding{};  ///< other threads of the process, if it releases all
  };

  /// A wait begins. If that is an arrival at a barrier: where to put its token.
  std::optional<TokenId>* arrives(const Futexes::Key& word, const Wait& wait);
  /// The arrivals that it needs if that opens a barrier, until somebody opens the word again; else nullptr.
  const std::vector<TokenId>* opens(const Futexes::Key& word, const Opening& opening);
  /// The token of the latest opening.
  void opened(const Futexes::Key& word, TokenId token);
  /// Has the thread been at a barrier?
  bool takes_part(std::uint32_t thread) const { return members_.contains(thread); }
  /// What opened the barrier for a thread that yielded, once.
  std::optional<TokenId> passes(std::uint32_t thread);
  bool is_barrier(const Futexes::Key& word) const;
  /// What opened it for a thread that came too late to sleep; nullopt = it is no barrier, or not open yet.
  std::optional<TokenId> opening_for(const Futexes::Key& word, std::uint32_t thread) const;

 private:
  struct Arrival {
    std::uint64_t number;  ///< in order
    std::int64_t value;
    std::optional<TokenId> token;
  };
  struct Word {
    /// By thread. Those of the next meeting may be there before the call that opens this one: they find another value.
    std::map<std::uint32_t, Arrival> arrived;
    std::uint64_t arrivals = 0;
    std::vector<std::uint32_t> met;  ///< sorted: who took part in the latest meeting
    std::int64_t met_value = 0;
    std::vector<std::uint32_t> participants;  ///< sorted: of the meetings counted
    std::uint32_t opener = 0, meetings = 0;
    std::uint32_t joins = 0;  ///< meetings whose opener had waited for another one, less those whose had not
    Ns opened_at = -1;
    bool openers_differ = false, is_condition = false, opens_for_all = false;
    std::vector<TokenId> needed;
    std::vector<std::uint32_t> yielding;  ///< of those who met
    std::optional<TokenId> opening;

    bool is_barrier() const;
    void meet(const Opening& by, Join join);
    void gather(const Opening& by);
    bool is_among(std::uint32_t thread) const { return std::ranges::binary_search(participants, thread); }
    bool missed_by(const Wait& wait) const;
  };
  /// After the first one of which it is known who meets.
  static constexpr std::uint32_t kMeetings = 3;
  /// More workers of one thread are not remembered.
  static constexpr std::size_t kMostWorkers = 4096;
  const Word* find(const Futexes::Key& word) const;
  Join join_of(const Word& word, const Opening& by) const;

  /// Those at which somebody was released.
  std::unordered_map<Futexes::Key, Word, Futexes::KeyHash> words_;
  /// By thread: those it has released, each at a word where nobody else waits.
  std::unordered_map<std::uint32_t, std::set<std::uint32_t>> workers_;
  std::set<std::uint32_t> members_;                       ///< of any barrier
  std::unordered_map<std::uint32_t, TokenId> passed_by_;  ///< by thread that yielded until a barrier opened
};

}  // namespace simrec::replay::causal
