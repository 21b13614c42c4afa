// Which futex waits are for the lock of an interpreter, which its threads pass on in time slices: to the kernel those
// are condition variables like any others.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>

#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// Of one process.
class InterpreterLocks {
 public:
  /// It has opened a file of that path.
  void opened(std::string_view path) { has_ruby_ |= path.find("/libruby") != std::string_view::npos; }
  /// exec.
  void replaced() { *this = {}; }

  /// Is the wait with that timeout (-1 = none) for CPython's lock?
  static bool is_pythons(Ns timeout) { return is_within(timeout, kPythonSwitchInterval_ns); }
  /// Is the wait at that address with that timeout for Ruby's?
  bool is_rubys(std::uint64_t address, Ns timeout) {
    if (!has_ruby_) return false;
    const std::uint64_t condition = address / 8;  // glibc's has two words that are waited for
    if (is_within(timeout, kRubyTimeQuantum_ns)) ruby_conditions_.insert(condition);
    return ruby_conditions_.contains(condition);
  }

 private:
  /// CPython waits with a timeout of its switch interval (Python/ceval_gil.h; sys.setswitchinterval(), 5 ms unless told
  /// otherwise).
  static constexpr Ns kPythonSwitchInterval_ns = 5'000'000;
  /// Ruby's threads have a condition variable each to wait for the lock; one of those who wait keeps the time for all
  /// (thread_pthread.c of Ruby 2.6 to 3.2: TIME_QUANTUM_MSEC, do_gvl_timer).
  static constexpr Ns kRubyTimeQuantum_ns = 100'000'000;
  static bool is_within(Ns timeout, Ns longest) { return timeout > 0 && timeout <= longest; }

  bool has_ruby_ = false;
  std::unordered_set<std::uint64_t> ruby_conditions_;
};

}  // namespace simrec::replay::causal
