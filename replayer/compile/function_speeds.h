// Functions that are faster or slower than they were: scales the computing in which they were seen.
//
// A sample stands for all the thread has computed since its previous one, so the bursts in between are scaled as a
// whole, by whether the function is in the sample's call stack. Behind the last sample a thread goes on as it did on
// average. In a trace without samples a burst belongs to the call stack of the call that ends it (simrec --stacks).
// CPU time inside system calls is the kernel's and stays.
#pragma once

#include <string>
#include <vector>

#include "trace-format/trace_reader.h"

namespace simrec::replay {

struct FunctionSpeed {
  /// Glob on the function's name, with or without its parameters; with callers before it, outermost first as in folded
  /// stacks: "page;deflate".
  std::string pattern;
  double factor = 1;  ///< how many times faster it and what it calls are
};

class FunctionSpeeds {
 public:
  FunctionSpeeds() = default;
  /// Throws TraceError if the trace has no call stacks or a pattern matches nothing in them (the nearest name is
  /// suggested).
  FunctionSpeeds(const Trace& trace, const std::vector<FunctionSpeed>& speeds);

  /// CPU time of a burst of `burst_ns` in front of the thread's event. Ask in the order of the thread's events.
  Ns burst(std::uint32_t thread, std::uint32_t event, StackId stack, Ns burst_ns);

 private:
  /// Up to and with event `last`, bursts take `factor` of their time.
  struct Stretch {
    std::uint32_t last = 0;
    double factor = 1;
  };
  struct ThreadStretches {
    std::vector<Stretch> stretches;
    std::size_t at = 0;
    double rest = 1;  ///< factor behind the last one
  };
  void find_stretches(const Trace& trace);

  std::vector<double> factor_of_stack_;  ///< by StackId
  bool sampled_ = false;
  std::vector<ThreadStretches> threads_;
};

/// Patterns of the functions with the most CPU time, their own or with what they call, and of those called from several
/// places the calls ("page;deflate"): at most `most` of each kind, those with less than a hundredth of all left out,
/// and those that only call everything else. Empty for traces without call stacks.
std::vector<std::string> functions_worth_a_look(const Trace& trace, std::size_t most);

}  // namespace simrec::replay
