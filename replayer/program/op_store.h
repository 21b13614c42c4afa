// Ops that are not in memory: a program opened from a file leaves them there (program_file.h).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "replayer/program/program.h"

namespace simrec::replay {

/// The ops of a program's threads, by pieces. Not for use by several threads at once; forked children may share one.
class OpStore {
 public:
  virtual ~OpStore() = default;
  /// Number of ops of the thread.
  virtual std::uint32_t size(std::uint32_t thread) const = 0;
  /// Replaces `ops` by a piece of the thread that holds its op `index`, and `origins` (if wanted) by what belongs to
  /// it. Returns the index of the piece's first op. Throws TraceError.
  virtual std::uint32_t load(std::uint32_t thread, std::uint32_t index, std::vector<Op>& ops,
                             std::vector<OpOrigin>* origins) = 0;
};

/// Ops of all threads.
std::uint64_t operations(const Program& program);

/// The same program with all its ops in memory. Throws TraceError.
Program in_memory(const Program& program);

/// A program for who needs all its ops in memory: itself, or what had to be loaded. It must outlive this.
class WholeProgram {
 public:
  explicit WholeProgram(const Program& program)
      : given_(program), loaded_(program.stored ? std::optional(in_memory(program)) : std::nullopt) {}
  const Program& operator*() const { return loaded_ ? *loaded_ : given_; }

 private:
  const Program& given_;
  std::optional<Program> loaded_;
};

/// Where an executor finds the ops, wherever they are: it walks over each thread's from the first to the last and may
/// look at single ones further on. Of a stored program one piece per thread is in memory.
class OpWindows {
 public:
  explicit OpWindows(const Program& program);

  /// Ops of the thread from its op `first` on, as many as are at hand: at least one. Valid until the next call for
  /// the thread.
  std::span<const Op> from(std::uint32_t thread, std::uint32_t first);
  /// A single op; the thread's window stays where it is.
  Op at(std::uint32_t thread, std::uint32_t index);
  /// The thread needs its window no more.
  void close(std::uint32_t thread);

 private:
  struct Window {
    std::uint32_t first = 0;
    std::vector<Op> ops;
    bool holds(std::uint32_t index) const { return index >= first && index - first < ops.size(); }
  };
  const Program& program_;
  std::vector<Window> windows_;  ///< by thread; none if the ops are in memory
  Window ahead_;                 ///< of the thread that looked further on last
  std::uint32_t ahead_thread_ = 0;
};

}  // namespace simrec::replay
