#include "replayer/simulate/placement.h"

#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "trace-format/closest.h"

namespace simrec::replay {
namespace {

bool glob(const std::string& pattern, const std::string& text) {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

bool matches(const std::string& pattern, const ProgramProcess& process) {
  if (pattern.starts_with("pid:")) return pattern.substr(4) == std::to_string(process.pid);
  if (pattern.starts_with("cmd:")) return glob(pattern.substr(4), process.command_line);
  if (pattern.starts_with("name:")) return glob(pattern.substr(5), process.name);
  if (glob(pattern, process.name)) return true;
  return std::ranges::any_of(process.names, [&](const std::string& name) { return glob(pattern, name); });
}

std::string label(const ProgramProcess& process) { return process.name + "[" + std::to_string(process.pid) + "]"; }

/// Levenshtein distance.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row.back();
}

std::string join(const std::vector<std::string>& words, std::size_t at_most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), at_most); ++i) text += (i ? ", " : "") + words[i];
  if (words.size() > at_most) text += ", and " + std::to_string(words.size() - at_most) + " more";
  return text;
}

[[noreturn]] void unknown_host(const PlaceRule& rule, std::vector<std::string> hosts) {
  std::ranges::stable_sort(hosts, {}, [&](const std::string& name) { return distance(name, rule.host); });
  throw ReplayError("the platform has no host \"" + rule.host + "\" (asked for " + rule.pattern +
                    "); nearest names: " + join(hosts, 5));
}

/// " (did you mean …?)" or "".
std::string nearest_name(const Program& program, const std::string& pattern) {
  std::vector<std::string> names;
  for (const ProgramProcess& process : program.processes) {
    names.push_back(process.name);
    names.insert(names.end(), process.names.begin(), process.names.end());
  }
  std::string best = closest(pattern, names);
  for (const std::string& name : names)
    if (best.empty() && !pattern.empty() && name.starts_with(pattern)) best = name;
  return best.empty() ? "" : " (did you mean \"" + best + "\"?)";
}

[[noreturn]] void unmatched(const std::string& pattern, const Program& program) {
  std::vector<std::string> names;
  for (const ProgramProcess& process : program.processes) {
    if (std::string name = label(process); std::ranges::find(names, name) == names.end()) names.push_back(name);
    for (const std::string& other : process.names)
      if (other != process.name && std::ranges::find(names, other) == names.end()) names.push_back(other);
  }
  throw ReplayError("no recorded process matches \"" + pattern + "\"" + nearest_name(program, pattern) +
                    "; processes: " + join(names, 20));
}

void check_sharing(const Program& program, const std::vector<std::string>& placed) {
  std::map<std::uint32_t, std::size_t> first_of;
  for (std::size_t i = 0; i < placed.size(); ++i) {
    const auto [entry, is_new] = first_of.try_emplace(program.processes[i].sharing_group, i);
    const std::size_t other = entry->second;
    if (is_new || placed[other] == placed[i]) continue;
    const auto& reason = program.processes[i].sharing_reason.empty() ? program.processes[other].sharing_reason
                                                                     : program.processes[i].sharing_reason;
    throw ReplayError(label(program.processes[other]) + " and " + label(program.processes[i]) +
                      " cannot run on different hosts (" + placed[other] + ", " + placed[i] +
                      "): " + (reason.empty() ? "they share memory or a file offset" : reason));
  }
}

}  // namespace

std::vector<std::string> place(const Program& program, const std::vector<PlaceRule>& rules,
                               const std::vector<std::string>& hosts) {
  if (hosts.empty()) throw ReplayError("the platform has no host");
  std::vector<const PlaceRule*> rule_of(program.processes.size(), nullptr);
  for (const PlaceRule& rule : rules) {
    if (std::ranges::find(hosts, rule.host) == hosts.end()) unknown_host(rule, hosts);
    bool matched = false;
    for (std::size_t i = 0; i < program.processes.size(); ++i)
      if (matches(rule.pattern, program.processes[i])) {
        rule_of[i] = &rule;
        matched = true;
      }
    if (!matched) unmatched(rule.pattern, program);
  }
  std::vector<std::string> placed(program.processes.size());
  for (std::size_t i = 0; i < placed.size(); ++i) {
    // Walk up to the nearest ancestor with a rule; recorded trees are acyclic, the bound is for hand-made ones.
    std::size_t at = i;
    for (std::size_t steps = 0; !rule_of[at] && program.processes[at].parent_plus_one && steps < placed.size(); ++steps)
      at = program.processes[at].parent_plus_one - 1;
    placed[i] = rule_of[at] ? rule_of[at]->host : hosts.front();
  }
  check_sharing(program, placed);
  return placed;
}

std::vector<double> cpu_time_factors(const Program& program, const std::vector<CpuRule>& rules) {
  std::vector<double> factors(program.processes.size(), 1);
  for (const CpuRule& rule : rules) {
    bool matched = false;
    for (std::size_t i = 0; i < factors.size(); ++i)
      if (matches(rule.pattern, program.processes[i])) {
        factors[i] *= rule.time_factor;
        matched = true;
      }
    if (!matched) unmatched(rule.pattern, program);
  }
  return factors;
}

}  // namespace simrec::replay
