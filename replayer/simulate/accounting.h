// Who spent which time on what: sums per process and, if asked for, a timeline per thread. Both engines report here.
#pragma once

#include <cstdint>
#include <vector>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {

/// What waiting in this op is charged to. `remote` = the op's stream crosses hosts.
IntervalState wait_state(const Program& program, const Op& op, bool remote);

class Accounting {
 public:
  Accounting(const Program& program, bool timeline);

  void thread_started(std::uint32_t thread, double now);
  /// `exit`: its last op.
  void thread_ended(std::uint32_t thread, const Op& exit, double now);
  /// The thread computed from `from` to `to` and would have needed `work_s` alone on a core; the rest it was ready.
  void computed(std::uint32_t thread, double from, double to, double work_s);
  /// The thread waited. `by_plus_one`: thread that ended the wait, + 1; 0 = none.
  void waited(std::uint32_t thread, double from, double to, IntervalState state, std::uint32_t by_plus_one);

  /// Fills everything but hosts, host names, counts and warnings.
  void finish(Outcome& outcome) const;

 private:
  struct ProcessSums {
    double start = 0, end = 0;
    double by_state[7] = {};
    std::uint32_t threads = 0;
  };
  void interval(std::uint32_t thread, double to, IntervalState state, std::uint32_t by_plus_one);

  const Program& program_;
  bool keep_timeline_;
  std::uint64_t outlasting_waits_ = 0;
  double outlasting_s_ = 0;
  std::vector<ProcessSums> processes_;
  std::vector<double> thread_start_;
  std::vector<Ns> timeline_end_;
  std::vector<std::vector<Interval>> timeline_;
};

/// Simulated seconds to whole nanoseconds.
Ns to_ns(double seconds);

}  // namespace simrec::replay
