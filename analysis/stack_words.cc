#include "analysis/stack_words.h"

namespace simrec::analysis {

std::string frame_name(const Tables& tables, const Frame& frame) {
  const std::string& function = tables.string(frame.function);
  if (!function.empty()) return function;
  const std::string& module = tables.string(frame.module);
  return module.empty() ? "[unknown]" : "[" + module.substr(module.rfind('/') + 1) + "]";
}

const CallStack* StackWords::find(StackId id) {
  if (id.value == 0) return nullptr;
  const auto known = known_.find(id.value);
  if (known != known_.end()) return &known->second;
  const Stack* stack = tables_.stack(id);
  if (stack == nullptr || stack->frames.empty()) return nullptr;
  CallStack words;
  for (auto frame = stack->frames.rbegin(); frame != stack->frames.rend(); ++frame)
    words.push_back(frame_name(tables_, *frame));
  return &known_.emplace(id.value, std::move(words)).first->second;
}

}  // namespace simrec::analysis
