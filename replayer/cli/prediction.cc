#include "replayer/cli/prediction.h"

#include <array>

#include "replayer/cli/critical_path.h"
#include "replayer/cli/idle_network.h"

namespace simrec::replay {
namespace {

ProcessResult process_result(const ProgramProcess& process, const ProcessOutcome& outcome) {
  ProcessResult result;
  result.pid = process.pid;
  result.name = process.name;
  result.command_line = process.command_line;
  result.host = outcome.host;
  result.start_ns = outcome.start_ns;
  result.end_ns = outcome.end_ns;
  result.compute_ns = outcome.compute_ns;
  result.waits = {outcome.network_ns, outcome.disk_ns,  outcome.sync_ns,
                  outcome.child_ns,   outcome.sleep_ns, outcome.ready_ns};
  result.threads = outcome.threads;
  return result;
}

TimelineState state_of(IntervalState state) {
  constexpr std::array kStates = {TimelineState::compute, TimelineState::network, TimelineState::disk,
                                  TimelineState::sync,    TimelineState::child,   TimelineState::sleep,
                                  TimelineState::ready};
  return kStates.at(static_cast<std::size_t>(state));
}

ThreadTimeline thread_timeline(const Program& program, const Outcome& outcome, std::size_t thread) {
  const ProgramThread& own = program.threads[thread];
  ThreadTimeline timeline{program.processes[own.process].pid,
                          own.tid,
                          thread < outcome.thread_start_ns.size() ? outcome.thread_start_ns[thread] : own.start_ns,
                          {}};
  for (const Interval& interval : outcome.timeline[thread]) {
    const std::uint32_t cause = interval.cause_plus_one;
    const std::uint64_t cause_tid = cause == 0 || cause > program.threads.size()
                                        ? 0
                                        : static_cast<std::uint64_t>(program.threads[cause - 1].tid) + 1;
    timeline.intervals.push_back({state_of(interval.state), interval.duration_ns, cause_tid});
  }
  return timeline;
}

void append_counts(std::vector<NamedCount>& to, const std::vector<NamedValue>& from) {
  for (const NamedValue& value : from) to.push_back({value.name, value.value});
}

}  // namespace

Prediction make_prediction(const Program& program, const Outcome& outcome, std::optional<Ns> twin_ns,
                           const Provenance& provenance, const Options& options) {
  Prediction prediction;
  PredictionSummary& summary = prediction.summary;
  summary.tool_version = "simreplay " SIMREC_VERSION;
  summary.simgrid_version = SIMREC_SIMGRID_VERSION;
  summary.trace_name = provenance.trace_name;
  summary.trace_sha256 = provenance.trace_sha256;
  summary.platform_name = provenance.platform_name;
  summary.platform_sha256 = provenance.platform_sha256;
  summary.platform_file = options.platform_path;
  summary.engine = options.engine == EngineKind::event ? "event" : "reference";
  summary.predicted_ns = outcome.predicted_ns;
  summary.recorded_ns = program.recorded_ns;
  summary.native_estimate_ns = program.native_estimate_ns;
  if (twin_ns && program.native_estimate_ns > 0) {
    summary.twin_ns = *twin_ns;
    summary.closure_error = static_cast<double>(*twin_ns) / static_cast<double>(program.native_estimate_ns) - 1;
  }
  summary.events = program.events;
  summary.operations = outcome.operations;
  for (std::size_t i = 0; i < outcome.processes.size(); ++i)
    summary.processes.push_back(process_result(program.processes.at(i), outcome.processes[i]));
  for (const HostOutcome& host : outcome.hosts)
    summary.hosts.push_back({host.name, host.cores, host.speed_flops, host.busy_core_ns, host.busy_over_time_ns});
  summary.warnings = program.warnings;
  summary.warnings.insert(summary.warnings.end(), outcome.warnings.begin(), outcome.warnings.end());
  if (const auto warning = idle_network_warning(program, outcome)) summary.warnings.push_back(*warning);
  append_counts(summary.counts, program.counts);
  append_counts(summary.counts, outcome.counts);
  summary.options = options.shaping;
  if (provenance.order != "arrival") summary.options.push_back("--order=" + provenance.order);
  for (std::size_t i = 0; i < outcome.timeline.size() && i < program.threads.size(); ++i)
    prediction.timelines.push_back(thread_timeline(program, outcome, i));
  add_critical_path(prediction, program, outcome);
  return prediction;
}

bool has_interval(const PredictionSummary& summary) { return summary.interval_high_ns > 0; }

bool has_closure(const PredictionSummary& summary) { return summary.twin_ns > 0; }

}  // namespace simrec::replay
