// Return addresses on a stopped thread's stack, by libunwind over the thread's own memory.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "recorder/unwind_maps.h"

namespace simrec::record {

inline constexpr std::size_t kMaxFrames = 64;

/// One frame of a stack: where its code is, as mapping and file offset.
struct RawFrame {
  std::uint64_t address = 0;
  bool exact = true;  ///< false: a return address, its call is the instruction before
};

/// One address space; keeps what libunwind worked out and the read-only pages it looked at.
class Unwinder {
 public:
  explicit Unwinder(pid_t pid);
  ~Unwinder();
  Unwinder(const Unwinder&) = delete;
  Unwinder& operator=(const Unwinder&) = delete;

  /// Frames of a ptrace-stopped thread of this address space, innermost first, at most kMaxFrames;
  /// empty when its registers cannot be read. Ends early at the first address that is no mapped code.
  std::vector<RawFrame> unwind(pid_t tid);

  const std::vector<Mapping>& maps() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simrec::record
