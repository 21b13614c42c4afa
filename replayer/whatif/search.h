// The smallest change of one thing that reaches a goal.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "replayer/whatif/points.h"

namespace simrec::replay {

/// Predicted ns for each number, in the order asked. Throws if a replay fails.
using Evaluate = std::function<std::vector<Ns>(const std::vector<double>& numbers)>;

/// Between what is searched: how many times faster, or (integral) how many cores.
struct SearchRange {
  double first = 1;      ///< without a change
  double largest = 1e6;  ///< as good as infinitely fast
  bool integral = false;
};

/// A replay that the search made.
struct Probe {
  double number = 1;
  Ns predicted_ns = 0;
};

struct Search {
  enum class End : std::uint8_t {
    already,      ///< the goal is reached without a change
    found,        ///< `answer` reaches it; what was tried below did not
    unreachable,  ///< not even with the largest number
  };
  End end = End::unreachable;
  Probe answer;    ///< of unreachable: the best that was seen
  Probe baseline;  ///< without a change
  Probe limit;     ///< with the largest number
  bool monotone = true;
  std::vector<Probe> probes;  ///< all, by number
};

/// Finds the smallest number in the range that makes the predicted time at most `goal_ns`, to three significant
/// digits. Four replays at a time, however many run at once: the answer does not depend on the machine. Where more is
/// not always better (`monotone` false), it is the smallest that was found.
Search search_smallest(const Evaluate& evaluate, Ns goal_ns, const SearchRange& range);

/// What --target asks for.
struct Target {
  Ns goal_ns = 0;
  Knob by;
};

struct TargetAnswer {
  Target target;
  Search search;
  Change change;                       ///< the answer
  std::vector<Setting> before, after;  ///< what the platform says, without and with it; empty for code
  std::string limit_text;  ///< of the largest change: "infinitely fast", "without latency", "with 64 cores, …"
  Change limit;            ///< that change
  Outcome at_limit;        ///< with it; of unreachable only, with its critical path unless that is too long
};

/// Searches by replaying. Throws ReplayError: the knob does not apply, or a replay failed.
TargetAnswer reach(const Bench& bench, const Target& target);

}  // namespace simrec::replay
