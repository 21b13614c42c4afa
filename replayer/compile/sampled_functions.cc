#include "replayer/compile/sampled_functions.h"

#include <algorithm>
#include <map>

namespace simrec::replay::causal {
namespace {

std::string function_name(const Tables& tables, StackId id) {
  const Stack* stack = tables.stack(id);
  if (stack == nullptr || stack->frames.empty()) return "?";
  const Frame& innermost = stack->frames.front();
  if (innermost.function.value != 0) return tables.string(innermost.function);
  const std::string& module = tables.string(innermost.module);
  return module.empty() ? "?" : "? in " + module.substr(module.rfind('/') + 1);
}

}  // namespace

std::vector<SampledFunction> sampled_functions(const Trace& trace) {
  std::vector<SampledFunction> functions;
  for (std::uint32_t t = 0; t < trace.events.size(); ++t) {
    std::map<std::uint32_t, std::int64_t> by_stack;
    for (std::size_t i = 0; i < trace.events[t].size(); ++i) {
      const Event event = trace.events[t][i];
      if (event.is(PseudoEvent::sample) && event.argument(0) > 0) by_stack[event.stack.value] += event.argument(0);
    }
    std::map<std::string, std::int64_t> by_name;
    for (const auto& [stack, cpu_ns] : by_stack) by_name[function_name(trace.tables, {stack})] += cpu_ns;
    for (const auto& [name, cpu_ns] : by_name) functions.push_back({t, name, cpu_ns});
  }
  return functions;
}

}  // namespace simrec::replay::causal
