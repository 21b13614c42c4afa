// Recorded call stacks in words.
#pragma once

#include <unordered_map>

#include "analysis/timeline.h"
#include "trace-format/trace.h"

namespace simrec::analysis {

/// Name of a frame: its function, or "[libc.so.6]" where the trace knows only the file.
std::string frame_name(const Tables& tables, const Frame& frame);

/// Turns stacks into words, each once.
class StackWords {
 public:
  /// `tables` must outlive this.
  explicit StackWords(const Tables& tables) : tables_(tables) {}

  /// The stack, outermost function first; nullptr if there is none. Valid as long as this.
  const CallStack* find(StackId id);

 private:
  const Tables& tables_;
  std::unordered_map<std::uint32_t, CallStack> known_;
};

}  // namespace simrec::analysis
