// The events of all threads of a trace in one time order, in flat memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trace-format/trace_reader.h"

namespace simrec::analysis {

/// Merges the per-thread blocks of a trace by entry time. A file is read twice: once to learn when each block
/// begins (so damage is found before anything is printed), then to merge, holding only blocks that overlap in
/// time. What can be read only once (standard input, a pipe) is kept in memory whole. Throws TraceError.
class OrderedEvents {
 public:
  explicit OrderedEvents(const std::string& path);

  const Header& header() const;
  const Tables& tables() const;
  const std::optional<Footer>& footer() const { return footer_; }
  const std::string& incomplete() const { return incomplete_; }
  std::uint64_t event_count() const { return event_count_; }

  /// The next event; its arguments are valid until the following call. nullopt at the end.
  std::optional<Event> next();

 private:
  struct Block {
    std::vector<Event> events;  ///< their spans point into arguments
    std::vector<std::int64_t> arguments;
    std::size_t at = 0;
    std::uint64_t sequence = 0;
  };
  static bool later(const Block& a, const Block& b);

  void scan(const std::string& path);
  void add(Block block);
  /// Reads the next block of the file into the heap.
  void load_block();
  Ns unread_from() const { return next_block_ < unread_from_.size() ? unread_from_[next_block_] : INT64_MAX; }

  std::optional<Trace> whole_;         ///< when the input can be read only once
  std::optional<TraceReader> reader_;  ///< second pass
  std::optional<Tables> tables_;       ///< complete after the first pass
  std::optional<Footer> footer_;
  std::string incomplete_;
  std::uint64_t event_count_ = 0;
  std::vector<Ns> unread_from_;  ///< by block: earliest entry in it and all later blocks
  std::size_t next_block_ = 0;
  std::uint64_t sequence_ = 0;
  std::vector<Block> heap_;       ///< earliest next event first
  std::optional<Block> current_;  ///< block whose event was returned last
};

}  // namespace simrec::analysis
