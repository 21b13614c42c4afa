#include "replayer/whatif/elasticity.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace simrec::replay {
namespace {

constexpr double kSmallStep = 1.1;
constexpr double kLargeStep = 2;
constexpr std::size_t kMostOfAKind = 40;
/// Processes with less of all CPU time are not looked at: replays of them cost more than they tell.
constexpr double kSmallestShare = 0.001;

Effect knob(ScopeKind scope, const std::string& pattern, Quantity quantity, const std::string& what) {
  Effect effect;
  effect.knob = {scope, pattern, quantity};
  effect.what = what;
  return effect;
}

/// A name as a pattern that matches nothing but it.
std::string literal(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::uint64_t count_of(const Outcome& outcome, const char* name) {
  const auto found = std::ranges::find(outcome.counts, name, &NamedValue::name);
  return found == outcome.counts.end() ? 0 : found->value;
}

bool applies(const Bench& bench, const Effect& effect) {
  try {
    check_applies(bench, {Change{effect.knob, {kLargeStep, true}}});
    return true;
  } catch (const ReplayError&) {
    return false;
  }
}

/// The element whose attributes say how fast a used host is: itself, or the <cluster> it is in.
std::vector<std::string> host_elements(const Bench& bench, const Outcome& outcome) {
  std::vector<std::string> found;
  for (const std::string& element : bench.platform.host_names()) {
    const std::vector<std::string> hosts = bench.platform.hosts_of(element);
    const bool used = std::ranges::any_of(
        outcome.hosts, [&](const HostOutcome& h) { return std::ranges::find(hosts, h.name) != hosts.end(); });
    if (used) found.push_back(element);
  }
  return found;
}

void add_hosts(std::vector<Effect>& list, const Bench& bench, const Outcome& outcome) {
  const bool disks = std::ranges::any_of(outcome.processes, [](const ProcessOutcome& p) { return p.disk_ns > 0; });
  for (const std::string& host : host_elements(bench, outcome)) {
    const std::string pattern = literal(host);
    list.push_back(knob(ScopeKind::host, pattern, Quantity::cpu, "host " + host + ": cpu"));
    list.push_back(knob(ScopeKind::host, pattern, Quantity::cores, "host " + host + ": cores"));
    if (disks) list.push_back(knob(ScopeKind::host, pattern, Quantity::disk, "host " + host + ": disk"));
  }
}

void add_links(std::vector<Effect>& list, const Bench& bench, const Outcome& outcome) {
  if (count_of(outcome, "network flows") == 0) return;
  for (const std::string& link : bench.platform.link_names())
    for (const Quantity quantity : {Quantity::latency, Quantity::bandwidth})
      list.push_back(
          knob(ScopeKind::link, literal(link), quantity, "link " + link + ": " + info_of(quantity).short_name));
}

void add_processes(std::vector<Effect>& list, const Program& program, const Outcome& outcome) {
  std::map<std::string, Ns> cpu;
  Ns all = 0;
  for (std::size_t p = 0; p < outcome.processes.size(); ++p) {
    cpu[program.processes[p].name] += outcome.processes[p].compute_ns;
    all += outcome.processes[p].compute_ns;
  }
  for (const auto& [name, time] : cpu)
    if (!name.empty() && static_cast<double>(time) > kSmallestShare * static_cast<double>(all))
      list.push_back(knob(ScopeKind::process, "name:" + literal(name), Quantity::cpu, "process " + name));
}

/// Leaves out those that do not exist here, and the last ones if there are very many.
std::vector<Effect> worth_a_replay(const Bench& bench, std::vector<Effect> all, std::vector<std::string>& remarks) {
  std::erase_if(all, [&](const Effect& effect) { return !applies(bench, effect); });
  std::map<ScopeKind, std::size_t> seen;
  const std::size_t before = all.size();
  std::erase_if(all, [&](const Effect& effect) { return ++seen[effect.knob.scope] > kMostOfAKind; });
  if (all.size() < before)
    remarks.push_back(std::to_string(before - all.size()) + " hosts, links or processes were left out: no more than " +
                      std::to_string(kMostOfAKind) + " of each kind are looked at");
  return all;
}

Amount amount_of(const Effect& effect, double step) {
  return {info_of(effect.knob.quantity).less_is_faster ? 1 / step : step, true};
}

void conclude(Effect& effect, const Simulated& small, const Simulated& large, Ns baseline) {
  effect.failure = !large.outcome ? large.failure : small.failure;
  if (large.outcome) effect.twice_as_fast_ns = large.outcome->predicted_ns;
  // A tenth of a core does not exist.
  if (effect.knob.quantity == Quantity::cores || !small.outcome || baseline <= 0) return;
  const double ratio = static_cast<double>(small.outcome->predicted_ns) / static_cast<double>(baseline);
  if (ratio > 0) effect.elasticity = -std::log(ratio) / std::log(kSmallStep);
}

}  // namespace

Effects measure_effects(const Bench& bench, const std::vector<std::string>& functions) {
  Bench silent{bench.program, bench.platform, bench.options, 1, {}, bench.recompile};
  Simulated baseline = std::move(replay_points(silent, std::vector<Point>(1)).front());
  if (!baseline.outcome) throw ReplayError(baseline.failure);
  std::vector<Effect> list;
  add_hosts(list, bench, *baseline.outcome);
  add_links(list, bench, *baseline.outcome);
  add_processes(list, bench.program, *baseline.outcome);
  for (const std::string& function : functions)
    list.push_back(knob(ScopeKind::function, literal(function), Quantity::cpu,
                        (function.find(';') == std::string::npos ? "function " : "stack ") + function));
  Effects result{baseline.outcome->predicted_ns, {}, {}};
  result.effects = worth_a_replay(bench, std::move(list), result.remarks);
  std::vector<Point> points;
  for (const Effect& effect : result.effects)
    for (const double step : {kSmallStep, kLargeStep})
      points.push_back(Point{Change{effect.knob, amount_of(effect, step)}});
  const std::vector<Simulated> replayed = replay_points(bench, points);
  for (std::size_t i = 0; i < result.effects.size(); ++i)
    conclude(result.effects[i], replayed[2 * i], replayed[2 * i + 1], result.baseline_ns);
  std::ranges::stable_sort(result.effects, {},
                           [](const Effect& e) { return std::pair(e.twice_as_fast_ns == 0, e.twice_as_fast_ns); });
  return result;
}

}  // namespace simrec::replay
