#include "analysis/run_profile.h"

#include "analysis/trace_usage.h"
#include "trace-format/prediction_file.h"

namespace simrec::analysis {
namespace {

std::int64_t signed_of(std::uint64_t value) { return static_cast<std::int64_t>(value); }

std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + shell_quoted(word);
  return text;
}

void add(TimeByCause& sum, const TimeByCause& more) {
  for (std::size_t i = 0; i < kCauses; ++i) sum[i] += more[i];
}

RunProfile profile_of_trace(const std::string& path) {
  const TraceUsage usage = collect_usage(path);
  RunProfile run;
  run.path = path;
  run.program = command_text(usage.header.command);
  run.source = usage.header.host.name;
  run.incomplete = usage.incomplete;
  run.wall_ns = usage.footer ? usage.footer->root_end_ns : usage.end_ns;
  run.time = usage.time;
  run.totals = {{"processes", Unit::count, signed_of(usage.tables.processes().size())},
                {"threads", Unit::count, signed_of(usage.tables.threads().size())},
                {"events", Unit::count, signed_of(usage.totals.events)},
                {"failed calls", Unit::count, signed_of(usage.totals.errors)},
                {"bytes moved", Unit::bytes, signed_of(usage.totals.bytes)}};
  for (const Process& process : usage.tables.processes()) {
    if (process.index.value < usage.processes.size())
      run.processes.push_back({process_name(usage.tables, process.index), usage.processes[process.index.value].time});
  }
  return run;
}

TimeByCause time_of(const ProcessResult& process) {
  TimeByCause time{};
  const auto set = [&](Cause cause, Ns time_ns) { time[static_cast<std::size_t>(cause)] = time_ns; };
  set(Cause::compute, process.compute_ns);
  set(Cause::network, process.waits.network_ns);
  set(Cause::disk, process.waits.disk_ns);
  set(Cause::sync, process.waits.sync_ns);
  set(Cause::child, process.waits.child_ns);
  set(Cause::sleep, process.waits.sleep_ns);
  set(Cause::ready, process.waits.ready_ns);
  return time;
}

RunProfile profile_of_prediction(const std::string& path) {
  const Prediction prediction = read_prediction(path);
  const PredictionSummary& summary = prediction.summary;
  RunProfile run;
  run.kind = FileKind::prediction;
  run.path = path;
  if (!summary.processes.empty()) run.program = summary.processes.front().command_line;
  run.source = summary.trace_name + " on " + summary.platform_name;
  run.wall_ns = summary.predicted_ns;
  std::int64_t threads = 0, bytes = 0;
  for (const ProcessResult& process : summary.processes) {
    run.processes.push_back({process.name, time_of(process)});
    add(run.time, run.processes.back().time);
    threads += process.threads;
  }
  run.totals = {{"processes", Unit::count, signed_of(summary.processes.size())},
                {"threads", Unit::count, threads},
                {"operations", Unit::count, signed_of(summary.operations)}};
  for (const ConnectionResult& connection : prediction.connections) bytes += signed_of(connection.bytes);
  if (!prediction.connections.empty()) run.totals.push_back({"bytes sent", Unit::bytes, bytes});
  if (prediction.path) run.critical_path = path_shares(prediction);
  return run;
}

}  // namespace

RunProfile load_run(const std::string& path) {
  return kind_of_file(path) == FileKind::prediction ? profile_of_prediction(path) : profile_of_trace(path);
}

}  // namespace simrec::analysis
