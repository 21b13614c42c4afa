#include "replayer/compile/function_speeds.h"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "trace-format/closest.h"
#include "trace-format/function_name.h"

namespace simrec::replay {
namespace {

constexpr double kSmallestShare = 0.01;
constexpr double kNearlyAll = 0.98;

bool is_sample(const Event& event) { return event.is(PseudoEvent::sample) && !event.arguments.empty(); }

/// Calls `visit(event, index)` for each event of the thread.
template <class Visit>
void for_each_event(const ThreadEvents& events, const Visit& visit) {
  for (std::size_t i = 0; i < events.size(); ++i) visit(events[i], static_cast<std::uint32_t>(i));
}

bool has_samples(const Trace& trace) {
  bool found = false;
  for (const ThreadEvents& events : trace.events)
    for_each_event(events,
                   [&](const Event& e, std::uint32_t) { found = found || (is_sample(e) && e.stack.value != 0); });
  return found;
}

/// CPU time by call stack: that of samples, or of bursts if there are none.
std::map<std::uint32_t, Ns> cpu_by_stack(const Trace& trace, bool sampled) {
  std::map<std::uint32_t, Ns> cpu;
  for (const ThreadEvents& events : trace.events)
    for_each_event(events, [&](const Event& e, std::uint32_t) {
      if (e.stack.value == 0 || (sampled && !is_sample(e))) return;
      cpu[e.stack.value] += sampled ? e.argument(0) : e.burst_ns;
    });
  return cpu;
}

/// As people say it; overloads are one function.
std::string name_of(const Trace& trace, const Frame& frame) {
  return std::string(plain_function_name(trace.tables.string(frame.function)));
}

std::set<std::string> names_on(const Trace& trace, std::uint32_t stack) {
  std::set<std::string> names;
  if (const Stack* found = trace.tables.stack(StackId{stack}))
    for (const Frame& frame : found->frames) names.insert(name_of(trace, frame));
  names.erase("");
  return names;
}

/// "main;page" as {"page", "main"}.
std::vector<std::string> innermost_first(const std::string& pattern) {
  std::vector<std::string> parts(1);
  for (const char c : pattern) {
    if (c == ';')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  std::ranges::reverse(parts);
  return parts;
}

/// Has the stack these functions, each called by the next one?
bool has_calls(const Trace& trace, std::uint32_t stack, const std::vector<std::string>& globs) {
  const Stack* found = trace.tables.stack(StackId{stack});
  if (!found) return false;
  const auto matches = [&](const Frame& frame, const std::string& glob) {
    const std::string &whole = trace.tables.string(frame.function), plain = name_of(trace, frame);
    if (whole.empty()) return false;
    return ::fnmatch(glob.c_str(), plain.c_str(), 0) == 0 || ::fnmatch(glob.c_str(), whole.c_str(), 0) == 0;
  };
  return !std::ranges::search(found->frames, globs, matches).empty();
}

/// CPU time by "caller;function" of functions that several callers gave much to do.
std::map<std::string, Ns> cpu_by_call(const Trace& trace, const std::map<std::uint32_t, Ns>& stacks, Ns all) {
  std::map<std::string, std::map<std::string, Ns>> by_function;
  for (const auto& [stack, cpu] : stacks) {
    const Stack* found = trace.tables.stack(StackId{stack});
    if (!found || found->frames.size() < 2) continue;
    const std::string function = name_of(trace, found->frames[0]), caller = name_of(trace, found->frames[1]);
    if (!function.empty() && !caller.empty() && caller != function) by_function[function][caller] += cpu;
  }
  std::map<std::string, Ns> calls;
  for (auto& [function, callers] : by_function) {
    std::erase_if(callers, [&](const auto& entry) {
      return static_cast<double>(entry.second) < kSmallestShare * static_cast<double>(all);
    });
    if (callers.size() < 2) continue;
    for (const auto& [caller, cpu] : callers) calls[caller + ";" + function] = cpu;
  }
  return calls;
}

/// Every function's name.
std::vector<std::string> all_names(const Trace& trace, const std::map<std::uint32_t, Ns>& stacks) {
  std::set<std::string> names;
  for (const auto& [stack, cpu] : stacks) names.merge(names_on(trace, stack));
  return {names.begin(), names.end()};
}

std::vector<std::string> most_of(const std::map<std::string, Ns>& by_name, std::size_t most, Ns all) {
  std::vector<std::pair<Ns, std::string>> sorted;
  for (const auto& [name, time] : by_name)
    if (static_cast<double>(time) >= kSmallestShare * static_cast<double>(all)) sorted.emplace_back(time, name);
  std::ranges::stable_sort(sorted, std::ranges::greater{}, [](const auto& entry) { return entry.first; });
  if (sorted.size() > most) sorted.resize(most);
  std::vector<std::string> names;
  for (auto& [time, name] : sorted) names.push_back(std::move(name));
  return names;
}

}  // namespace

FunctionSpeeds::FunctionSpeeds(const Trace& trace, const std::vector<FunctionSpeed>& speeds) {
  if (speeds.empty()) return;
  sampled_ = has_samples(trace);
  const std::map<std::uint32_t, Ns> stacks = cpu_by_stack(trace, sampled_);
  if (stacks.empty())
    throw TraceError(
        "The trace has no call stacks, so nobody knows which functions it computed in. Record with "
        "`simrec --sample 200` (or --stacks).");
  std::vector<bool> matched(speeds.size());
  std::vector<std::vector<std::string>> globs;
  for (const FunctionSpeed& speed : speeds) globs.push_back(innermost_first(speed.pattern));
  for (const auto& [stack, cpu] : stacks) {
    if (stack >= factor_of_stack_.size()) factor_of_stack_.resize(stack + 1, 1);
    for (std::size_t i = 0; i < speeds.size(); ++i) {
      if (!has_calls(trace, stack, globs[i])) continue;
      factor_of_stack_[stack] /= speeds[i].factor;
      matched[i] = true;
    }
  }
  for (std::size_t i = 0; i < speeds.size(); ++i) {
    if (matched[i]) continue;
    std::string list;
    for (const std::string& name : functions_worth_a_look(trace, 10)) list += (list.empty() ? "" : ", ") + name;
    const std::string hint = suggestion(speeds[i].pattern, all_names(trace, stacks));
    throw TraceError("No call stack of the trace has a function '" + speeds[i].pattern + "'" +
                     (hint.empty() ? "." : hint) + " Most time is in: " + list + ".");
  }
  if (sampled_) find_stretches(trace);
}

void FunctionSpeeds::find_stretches(const Trace& trace) {
  threads_.resize(trace.events.size());
  for (std::size_t t = 0; t < trace.events.size(); ++t) {
    ThreadStretches& thread = threads_[t];
    double cpu = 0, changed = 0;
    for_each_event(trace.events[t], [&](const Event& e, std::uint32_t index) {
      if (!is_sample(e)) return;
      const double factor = e.stack.value < factor_of_stack_.size() ? factor_of_stack_[e.stack.value] : 1;
      const auto weight = static_cast<double>(e.argument(0));
      cpu += weight;
      changed += weight * factor;
      thread.stretches.push_back({index, factor});
    });
    if (cpu > 0) thread.rest = changed / cpu;
  }
}

Ns FunctionSpeeds::burst(std::uint32_t thread, std::uint32_t event, StackId stack, Ns burst_ns) {
  if (factor_of_stack_.empty()) return burst_ns;
  double factor = 1;
  if (!sampled_) {
    if (stack.value < factor_of_stack_.size()) factor = factor_of_stack_[stack.value];
  } else {
    ThreadStretches& own = threads_[thread];
    while (own.at < own.stretches.size() && own.stretches[own.at].last < event) ++own.at;
    factor = own.at < own.stretches.size() ? own.stretches[own.at].factor : own.rest;
  }
  return std::llround(static_cast<double>(burst_ns) * factor);
}

std::vector<std::string> functions_worth_a_look(const Trace& trace, std::size_t most) {
  std::map<std::string, Ns> self, total;
  Ns all = 0;
  const std::map<std::uint32_t, Ns> stacks = cpu_by_stack(trace, has_samples(trace));
  for (const auto& [stack, cpu] : stacks) {
    all += cpu;
    for (const std::string& name : names_on(trace, stack)) total[name] += cpu;
    const Stack* found = trace.tables.stack(StackId{stack});
    if (found && !found->frames.empty())
      if (const std::string name = name_of(trace, found->frames.front()); !name.empty()) self[name] += cpu;
  }
  // main, _start and the like: twice as fast means that everything is.
  std::erase_if(total, [&](const auto& entry) {
    return static_cast<double>(entry.second) > kNearlyAll * static_cast<double>(all);
  });
  std::vector<std::string> names = most_of(self, most, all);
  for (std::string& name : most_of(total, most, all))
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  std::ranges::move(most_of(cpu_by_call(trace, stacks, all), most, all), std::back_inserter(names));
  return names;
}

}  // namespace simrec::replay
