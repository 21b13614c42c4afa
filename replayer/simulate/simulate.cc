#include "replayer/simulate/simulate.h"

#include <simgrid/s4u.hpp>

#include <chrono>
#include <optional>

#include "replayer/program/op_store.h"
#include "replayer/simulate/child_run.h"
#include "replayer/simulate/deployment.h"
#include "replayer/simulate/engine.h"
#include "replayer/simulate/outcome_codec.h"
#include "replayer/simulate/placement.h"
#include "replayer/simulate/simgrid_config.h"

namespace simrec::replay {
namespace {

double recorded_speed(const Program& program, const SimulateOptions& options) {
  const double speed = options.host_speed_flops > 0 ? options.host_speed_flops : program.recorded_speed_flops;
  if (!(speed > 0)) throw ReplayError("the trace does not say how fast the recording host was; give its speed");
  return speed;
}

std::vector<PlaceRule> all_rules(const SimulateOptions& options) {
  std::vector<PlaceRule> rules;
  if (!options.deployment_file.empty()) rules = read_deployment(options.deployment_file);
  rules.insert(rules.end(), options.placement.begin(), options.placement.end());
  return rules;
}

std::function<void(std::uint64_t)> progress_sender(const Program& program, const SimulateOptions& options,
                                                   ChildReport& report) {
  if (!options.progress) return {};
  return [&report, total = operations(program),
          last = std::chrono::steady_clock::now()](std::uint64_t operations) mutable {
    const auto now = std::chrono::steady_clock::now();
    if (now - last < std::chrono::milliseconds(100)) return;
    last = now;
    report.progress(static_cast<double>(operations) / static_cast<double>(total));
  };
}

void add_hosts(Outcome& outcome, const Platform& platform, const std::vector<double>& busy_core_s) {
  for (std::size_t h = 0; h < platform.hosts().size(); ++h) {
    const UsedHost& host = platform.hosts()[h];
    outcome.hosts.push_back({host.name, host.cores, host.speed_flops, to_ns(busy_core_s[h])});
  }
  for (std::uint32_t p = 0; p < outcome.processes.size(); ++p)
    outcome.processes[p].host = platform.host(platform.host_of_process(p)).name;
}

void add_counts(Outcome& outcome, const EngineCounts& counts) {
  outcome.counts = {{"timeouts that would not have fired", counts.sleeps_cut_short},
                    {"full buffers ignored to avoid a standstill", counts.capacity_relaxed},
                    {"workers added to avoid a standstill", counts.turns_added},
                    {"network flows", counts.network_flows},
                    {"locks that were free here", counts.came_first}};
  if (counts.capacity_relaxed)
    outcome.warnings.push_back("senders were let past full buffers " + std::to_string(counts.capacity_relaxed) +
                               " times: the replay would have stood still otherwise");
  if (counts.turns_added)
    outcome.warnings.push_back("servers got " + std::to_string(counts.turns_added) +
                               " workers more than recorded: the replay would have stood still otherwise");
}

/// The child's whole life.
void simulate_here(const Program& program, const std::string& platform_file, const SimulateOptions& options,
                   ChildReport& report) {
  const double speed = recorded_speed(program, options);
  const std::vector<PlaceRule> rules = all_rules(options);
  int argc = 1;
  char name[] = "simreplay";
  char* argv[] = {name, nullptr};
  simgrid::s4u::Engine engine(&argc, argv);
  configure_simgrid(options.engine, options.simgrid_config);
  load_platform(engine, platform_file);
  Platform platform(program, engine, place(program, rules, host_names(platform_file, engine)));

  check_speeds(platform, speed);
  const bool changes = has_profiles(platform_file), outages = changes && has_outages(platform_file);
  platform.limit_costs(options.model);
  platform.scale_cpu(cpu_time_factors(program, options.cpu));
  Accounting accounting(program, options.timeline);
  std::optional<Insight> insight;
  if (options.path_steps > 0 && options.engine == EngineKind::event)
    insight.emplace(program, platform, options.path_steps);
  EngineCounts counts;
  std::vector<double> busy_core_s(platform.hosts().size());
  const auto finished = [&](std::uint64_t operations) {
    Outcome outcome;
    accounting.finish(outcome);
    outcome.operations = operations;
    add_hosts(outcome, platform, busy_core_s);
    add_counts(outcome, counts);
    if (outages) outcome.warnings.push_back("the platform switches hosts or links off at times: here they stay on");
    if (insight) insight->finish(outcome);
    if (insight && !outcome.path_followed)
      outcome.warnings.push_back("the critical path was left out: it has more than " +
                                 std::to_string(options.path_steps) + " steps; -o FILE keeps one of any length");
    report.succeed(encode(outcome));
  };
  const EngineInput input{program,
                          platform,
                          engine,
                          options.model,
                          speed,
                          changes,
                          !options.simgrid_config.empty(),
                          accounting,
                          insight ? &*insight : nullptr,
                          counts,
                          busy_core_s,
                          progress_sender(program, options, report),
                          finished,
                          [&](const std::string& message) { report.fail(message); }};
  if (options.engine == EngineKind::reference)
    run_reference_engine(input);
  else
    run_event_engine(input);
  throw ReplayError("SimGrid ended while transfers were under way: " +
                    (outages ? platform_file + " switches hosts or links off while they are used, which is not modelled"
                             : "a link or disk of " + platform_file + " has no bandwidth"));
}

void simulate_with_engine(const Program& program, const std::string& platform_file, const SimulateOptions& options,
                          ChildReport& report) {
  // The reference engine is for comparison, not for large programs.
  if (options.engine == EngineKind::reference)
    simulate_here(*WholeProgram(program), platform_file, options, report);
  else
    simulate_here(program, platform_file, options, report);
}

}  // namespace

Outcome simulate(const Program& program, const std::string& platform_file, const SimulateOptions& options) {
  return decode(run_in_child(
      "platform " + platform_file,
      [&](ChildReport& report) { simulate_with_engine(program, platform_file, options, report); }, options.progress));
}

void simulate_many(std::size_t count, std::size_t jobs, const std::function<Simulation(std::size_t)>& simulation,
                   const std::function<void(std::size_t, Simulated)>& done) {
  run_in_children(
      count, jobs, "the platform",
      [&](std::size_t i, ChildReport& report) {
        const Simulation one = simulation(i);
        simulate_with_engine(*one.program, one.platform_file, one.options, report);
      },
      [&](std::size_t i, ChildEnd end) {
        if (end.failed)
          done(i, {std::nullopt, std::move(end.text)});
        else
          done(i, {decode(end.text), ""});
      },
      {});
}

}  // namespace simrec::replay
