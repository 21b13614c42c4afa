#include "analysis/hot_functions.h"

#include <algorithm>
#include <map>
#include <set>

namespace simrec::analysis {
namespace {

using Key = std::pair<StringId, StringId>;  ///< function, module

}  // namespace

std::vector<HotFunction> hot_functions(const Statistics& statistics) {
  std::map<Key, HotFunction> functions;
  for (const auto& [id, sampled] : statistics.samples) {
    const Stack* stack = statistics.tables.stack(StackId{id});
    const std::vector<Frame> nowhere{Frame{}};
    const std::vector<Frame>& frames = stack != nullptr && !stack->frames.empty() ? stack->frames : nowhere;
    const auto key = [](const Frame& frame) { return Key{frame.function, frame.module}; };
    HotFunction& innermost = functions[key(frames.front())];
    innermost.samples += sampled.count;
    innermost.self_ns += sampled.cpu_ns;
    std::set<Key> on_stack;
    for (const Frame& frame : frames)
      if (on_stack.insert(key(frame)).second) functions[key(frame)].total_ns += sampled.cpu_ns;
  }
  std::vector<HotFunction> sorted;
  for (auto& [key, function] : functions) {
    function.function = key.first.value != 0 ? statistics.tables.string(key.first) : "?";
    function.module = statistics.tables.string(key.second);
    sorted.push_back(std::move(function));
  }
  std::ranges::stable_sort(sorted, [](const HotFunction& a, const HotFunction& b) {
    return a.self_ns != b.self_ns ? a.self_ns > b.self_ns : a.total_ns > b.total_ns;
  });
  return sorted;
}

}  // namespace simrec::analysis
