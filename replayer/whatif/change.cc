#include "replayer/whatif/change.h"

#include <algorithm>
#include <array>

#include "replayer/simulate/simulate.h"
#include "trace-format/closest.h"

namespace simrec::replay {
namespace {

struct ScopeWord {
  const char* prefix;
  ScopeKind kind;
  const char* what;
  bool (*allows)(Quantity);
  const char* allowed;  ///< in words
};

constexpr std::array kScopes = {
    ScopeWord{"host:", ScopeKind::host, "a host",
              [](Quantity q) { return q == Quantity::cpu || q == Quantity::cores || q == Quantity::disk; },
              "cpu, cores or disk"},
    ScopeWord{"link:", ScopeKind::link, "a link",
              [](Quantity q) { return q == Quantity::latency || q == Quantity::bandwidth; }, "latency or bandwidth"},
    ScopeWord{"process:", ScopeKind::process, "a process", [](Quantity q) { return q == Quantity::cpu; }, "cpu"},
    ScopeWord{"function:", ScopeKind::function, "a function", [](Quantity q) { return q == Quantity::cpu; }, "cpu"},
};

const ScopeWord& word_of(ScopeKind kind) { return *std::ranges::find(kScopes, kind, &ScopeWord::kind); }

[[noreturn]] void unknown_quantity(std::string_view name, std::string_view text) {
  std::vector<std::string> names;
  std::string list;
  for (const QuantityInfo& info : quantities()) {
    names.emplace_back(info.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  names.insert(names.end(), {"latency", "bandwidth"});
  // What people call them elsewhere.
  constexpr std::array<std::pair<std::string_view, const char*>, 9> kOtherNames = {{{"net.rtt", "net.latency"},
                                                                                    {"rtt", "net.latency"},
                                                                                    {"lat", "net.latency"},
                                                                                    {"bw", "net.bandwidth"},
                                                                                    {"net.bw", "net.bandwidth"},
                                                                                    {"net", "net.bandwidth"},
                                                                                    {"speed", "cpu"},
                                                                                    {"core", "cores"},
                                                                                    {"io", "disk"}}};
  std::string hint = suggestion(name, names);
  for (const auto& [other, ours] : kOtherNames)
    if (name == other) hint = std::string("; did you mean '") + ours + "'?";
  throw ReplayError("'" + std::string(text) + "': there is nothing called '" + std::string(name) + "' to change" +
                    (hint.empty() ? "; choose " + list : hint + " (There are " + list + ".)"));
}

}  // namespace

Knob parse_knob(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view name = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const QuantityInfo* info = find_quantity(name);
  if (!info) unknown_quantity(name, text);
  Knob knob{ScopeKind::all, "", info->quantity};
  if (colon == std::string_view::npos) return knob;
  std::string_view scope = text.substr(0, colon);
  knob.scope = ScopeKind::process;
  for (const ScopeWord& word : kScopes) {
    if (!scope.starts_with(word.prefix)) continue;
    knob.scope = word.kind;
    scope.remove_prefix(std::string_view(word.prefix).size());
    break;
  }
  knob.pattern = scope;
  const ScopeWord& word = word_of(knob.scope);
  if (knob.pattern.empty())
    throw ReplayError("'" + std::string(text) + "' names no " + (word.what + 2) + " before the last ':'");
  if (!word.allows(knob.quantity))
    throw ReplayError("'" + std::string(text) + "': " + word.what + " has no " + info->short_name +
                      " of its own, only " + word.allowed +
                      (knob.scope == ScopeKind::process
                           ? "; a host is written host:" + knob.pattern + ":…, a link link:" + knob.pattern + ":…"
                           : ""));
  return knob;
}

std::pair<Knob, std::string> split_assignment(std::string_view option, std::string_view text) {
  const std::size_t at = text.rfind('=');
  if (at == std::string_view::npos || at == 0 || at + 1 == text.size())
    throw ReplayError(std::string(option) + " '" + std::string(text) + "' is not [SCOPE:]NAME=VALUE, e.g. " +
                      std::string(option) + (option == "--sweep" ? " net.latency=0.1ms:100ms:log10" : " cpu=2x"));
  return {parse_knob(text.substr(0, at)), std::string(text.substr(at + 1))};
}

Change parse_change(std::string_view text) {
  const auto [knob, value] = split_assignment("--what-if", text);
  const Change change{knob, parse_amount(info_of(knob.quantity), value)};
  const bool code = change.knob.scope == ScopeKind::process || change.knob.scope == ScopeKind::function;
  if (code && !change.amount.factor)
    throw ReplayError("'" + std::string(text) + "': " + word_of(change.knob.scope).what +
                      " has no speed in flop/s; say how much faster it computes, like 2x");
  return change;
}

std::string text_of(const Knob& knob) {
  const QuantityInfo& info = info_of(knob.quantity);
  if (knob.scope == ScopeKind::all) return info.name;
  // A process needs no word before it, unless its pattern looks like one of the words.
  const bool plain = knob.scope == ScopeKind::process && std::ranges::none_of(kScopes, [&](const ScopeWord& w) {
                       return knob.pattern.starts_with(w.prefix);
                     });
  return (plain ? "" : word_of(knob.scope).prefix) + knob.pattern + ":" + info.short_name;
}

std::string text_of(const Change& change) {
  return text_of(change.knob) + "=" + amount_text(info_of(change.knob.quantity), change.amount);
}

}  // namespace simrec::replay
