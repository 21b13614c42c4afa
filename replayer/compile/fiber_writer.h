// Writes what becomes of one thread whose event loop is cut: its own ops, and the fibers of its regions.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "replayer/compile/loop_ops.h"
#include "replayer/program/origin_cursor.h"

namespace simrec::replay::causal {

/// The handlers of one region and what they wait for.
struct Region {
  ScratchSequence<Handler> handlers;
  ScratchSequence<std::uint32_t> awaited;  ///< tokens
};

/// An empty thread that shares the loop of thread `loop`; returns its index.
std::uint32_t add_fiber(Program& program, std::uint32_t loop, const std::shared_ptr<ScratchSpace>& space);

class FiberWriter {
 public:
  /// Of the thread's recorded ops, which must outlive it; pooled = it shares its connections with other threads.
  FiberWriter(Program& program, std::uint32_t thread, const ScratchSequence<Op>& ops,
              const ScratchSequence<OpOrigin>& origins, bool pooled)
      : program_(program),
        thread_(thread),
        pooled_(pooled),
        ops_(ops),
        origin_(origins),
        main_(ops.space()),
        main_origins_(ops.space()) {}

  /// Recorded op `index` stays in the thread itself.
  void keep(std::uint32_t index);
  /// Nobody asks for ops before `index` any more.
  void pass(std::uint32_t index) {
    while (!pinned_.empty() && pinned_.front() < index) pinned_.pop_front();
  }
  /// Must op `index` stay where it is, because a sleep that was kept looks out for it?
  bool is_pinned(std::uint32_t index) const { return std::ranges::binary_search(pinned_, index); }
  /// The region becomes fibers, one per source (ascending), which run before what is kept next. Their first index.
  std::uint32_t write(const Region& region, std::span<const SourceKey> sources);
  bool has_fibers() const { return has_fibers_; }
  /// What the thread itself does now.
  ScratchSequence<Op> take_ops() { return std::move(main_); }
  ScratchSequence<OpOrigin> take_origins() { return std::move(main_origins_); }

 private:
  struct OpenSleep {
    std::uint32_t sleep, goal;  ///< index in main_, index in ops_
  };
  void write(const Handler& handler, const Region& region, ProgramThread& fiber);

  Program& program_;
  const std::uint32_t thread_;
  const bool pooled_;
  const ScratchSequence<Op>& ops_;
  OriginCursor origin_;
  ScratchSequence<Op> main_;
  ScratchSequence<OpOrigin> main_origins_;
  std::vector<OpenSleep> open_sleeps_;
  std::deque<std::uint32_t> pinned_;  ///< goals of sleeps that stay: ascending
  bool has_fibers_ = false;
};

}  // namespace simrec::replay::causal
