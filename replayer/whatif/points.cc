#include "replayer/whatif/points.h"

#include <algorithm>
#include <regex>
#include <utility>

#include "replayer/simulate/placement.h"
#include "replayer/whatif/platform_file.h"

namespace simrec::replay {
namespace {

bool is_function(const Change& change) { return change.knob.scope == ScopeKind::function; }

bool is_code(const Change& change) { return change.knob.scope == ScopeKind::process || is_function(change); }

/// What a simulation needs besides the bench, alive as long as it.
struct Belongings {
  std::unique_ptr<PlatformFile> platform;
  std::shared_ptr<const Program> program;
};

Simulation simulation_of(const Bench& bench, const Point& point) {
  auto own = std::make_shared<Belongings>();
  own->platform = std::make_unique<PlatformFile>(changed(bench.platform, point).text());
  if (std::ranges::any_of(point, is_function)) own->program = bench.recompile(point);
  Simulation simulation{own->program ? own->program.get() : &bench.program, own->platform->path(), bench.options, {}};
  simulation.options.timeline = false;
  simulation.options.progress = {};
  for (CpuRule& rule : cpu_rules(point)) simulation.options.cpu.push_back(std::move(rule));
  simulation.keeper = std::move(own);
  return simulation;
}

}  // namespace

std::string with_platform_name(const std::string& message, const std::string& name) {
  static const std::regex path("(platform )?(file )?/proc/self/fd/[0-9]+");
  std::string text;
  std::sregex_iterator match(message.begin(), message.end(), path), end;
  std::size_t from = 0;
  for (; match != end; ++match) {  // not regex_replace: a name may hold a '$'
    text += message.substr(from, static_cast<std::size_t>(match->position()) - from) + name;
    from = static_cast<std::size_t>(match->position() + match->length());
  }
  return text + message.substr(from);
}

std::vector<CpuRule> cpu_rules(const std::vector<Change>& changes) {
  std::vector<CpuRule> rules;
  for (const Change& change : changes)
    if (change.knob.scope == ScopeKind::process) rules.push_back({change.knob.pattern, 1 / change.amount.value});
  return rules;
}

PlatformDocument changed(const PlatformDocument& platform, const std::vector<Change>& changes) {
  PlatformDocument other = platform;
  for (const Change& change : changes)
    if (!is_code(change)) other.apply(change);
  return other;
}

void check_applies(const Bench& bench, const std::vector<Change>& changes) {
  changed(bench.platform, changes);
  cpu_time_factors(bench.program, cpu_rules(changes));
  if (!bench.recompile && std::ranges::any_of(changes, is_function))
    throw ReplayError(
        "functions can be made faster only in a trace recorded with simrec --sample 200 (or --stacks), not in a "
        "saved program");
}

std::vector<Simulated> replay_points(const Bench& bench, const std::vector<Point>& points) {
  std::vector<Simulated> results(points.size());
  std::size_t ended = 0;
  if (bench.progress) bench.progress(0);
  simulate_many(
      points.size(), bench.jobs, [&](std::size_t i) { return simulation_of(bench, points[i]); },
      [&](std::size_t i, Simulated simulated) {
        simulated.failure = with_platform_name(simulated.failure, bench.platform.name());
        results[i] = std::move(simulated);
        ++ended;
        if (bench.progress) bench.progress(static_cast<double>(ended) / static_cast<double>(points.size()));
      });
  return results;
}

}  // namespace simrec::replay
