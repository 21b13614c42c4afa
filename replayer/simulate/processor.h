// Fluid processor sharing: n runnable threads on c cores each get min(1, c/n) of a core. The same model as
// SimGrid's CPU, at O(log n) per change. Work is counted in seconds at the full speed of one core.
#pragma once

#include <cstdint>
#include <vector>

#include "replayer/simulate/use_over_time.h"

namespace simrec::replay {

class Processor {
 public:
  explicit Processor(double cores) : cores_(cores) {}

  /// Thread `task` starts `work_s` > 0 seconds of work at `now`.
  void add(std::uint32_t task, double work_s, double now);
  /// When the next task is done if nothing changes; infinity when idle.
  double next_completion() const;
  /// Appends the tasks that are done at `now` == next_completion() to `done`, oldest first.
  void complete(double now, std::vector<std::uint32_t>& done);
  /// From `now` on a core runs at `factor` times its full speed.
  void set_speed_factor(double factor, double now);
  /// Core seconds in use up to the last change.
  double busy_core_s() const { return busy_core_s_; }
  /// Notes from now on, in nanoseconds, when how many cores are in use; the series outlives it.
  void note_use(UseOverTime& busy_ns) { busy_ns_ = &busy_ns; }
  std::size_t running() const { return tasks_.size(); }

 private:
  struct Task {
    double finish;  ///< in virtual time: work each task has had so far
    std::uint64_t order;
    std::uint32_t task;
    bool operator<(const Task& o) const { return finish != o.finish ? finish > o.finish : order > o.order; }
  };
  void advance(double now);
  double rate() const;

  double cores_;
  double speed_factor_ = 1;
  double virtual_ = 0;
  double last_ = 0;
  double busy_core_s_ = 0;
  UseOverTime* busy_ns_ = nullptr;
  std::uint64_t next_order_ = 0;
  std::vector<Task> tasks_;  ///< heap
};

}  // namespace simrec::replay
