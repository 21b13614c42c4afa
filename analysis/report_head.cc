#include "analysis/report_head.h"

#include <nlohmann/json.hpp>

#include "analysis/host_json.h"
#include "trace-format/sha256.h"
#include "trace-format/trace_error.h"
#include "trace-format/trace_reader.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

template <class T, class F>
Json list(const std::vector<T>& items, F&& to_json) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_json(item));
  return array;
}

Json process_json(const ProcessResult& process) {
  const Waits& waits = process.waits;
  return {{"pid", process.pid},
          {"name", process.name},
          {"command_line", process.command_line},
          {"host", process.host},
          {"start_ns", process.start_ns},
          {"end_ns", process.end_ns},
          {"compute_ns", process.compute_ns},
          {"waits_ns",
           {{"network", waits.network_ns},
            {"disk", waits.disk_ns},
            {"sync", waits.sync_ns},
            {"child", waits.child_ns},
            {"sleep", waits.sleep_ns},
            {"ready", waits.ready_ns}}},
          {"threads", process.threads}};
}

Json host_json(const HostResult& host) {
  return {{"name", host.name},
          {"cores", host.cores},
          {"speed_flops", host.speed_flops},
          {"busy_core_ns", host.busy_core_ns},
          {"busy_over_time_ns", host.busy_over_time_ns}};
}

Json connection_json(const ConnectionResult& connection) {
  return {{"name", connection.name},           {"from_pid", connection.from_pid}, {"to_pid", connection.to_pid},
          {"from_host", connection.from_host}, {"to_host", connection.to_host},   {"messages", connection.messages},
          {"bytes", connection.bytes},         {"wait_ns", connection.wait_ns},   {"path_ns", connection.path_ns}};
}

Json link_json(const LinkResult& link) {
  return {{"name", link.name},           {"bandwidth_bytes_per_s", link.bandwidth_bps},
          {"latency_s", link.latency_s}, {"bytes", link.bytes},
          {"busy_ns", link.busy_ns},     {"bytes_over_time", link.bytes_over_time}};
}

Json path_json(const CriticalPath& path, const std::vector<PathOwner>& owners) {
  Json kinds = Json::array();
  for (std::size_t kind = 0; kind < kPathKinds; ++kind) {
    const auto value = static_cast<PathKind>(kind);
    kinds.push_back({{"name", name_of(value)}, {"meaning", meaning_of(value)}});
  }
  return {{"names", path.names.empty() ? std::vector<std::string>{""} : path.names},
          {"owners", list(owners,
                          [](const PathOwner& o) {
                            return Json{{"pid", o.pid}, {"tid", o.tid}};
                          })},
          {"kinds", kinds},
          {"steps", path.steps.size()},
          {"functions", list(path.functions, [](const PathFunction& f) {
             return Json{{"pid", f.pid}, {"tid", f.tid}, {"what", f.what}, {"path_ns", f.path_ns}};
           })}};
}

Json file_json(const std::string& name, const std::string& sha256) { return {{"name", name}, {"sha256", sha256}}; }

void add_results(Json& head, const PredictionSummary& summary) {
  head["predicted_ns"] = summary.predicted_ns;
  head["recorded_ns"] = summary.recorded_ns;
  head["native_estimate_ns"] = summary.native_estimate_ns;
  head["twin_ns"] = summary.twin_ns;
  head["closure_error"] = summary.twin_ns > 0 ? Json(summary.closure_error) : Json();
  head["interval_ns"] =
      summary.interval_high_ns > 0 ? Json::array({summary.interval_low_ns, summary.interval_high_ns}) : Json();
  head["events"] = summary.events;
  head["operations"] = summary.operations;
  head["recordings"] = summary.recordings;
  head["trust"] = summary.trust.empty() ? Json() : Json{{"level", summary.trust}, {"reasons", summary.trust_reasons}};
  head["uncertainties"] = list(summary.uncertainties, [](const Uncertainty& part) {
    return Json{{"what", part.what}, {"relative", part.relative}};
  });
  head["validity"] = list(summary.validity, [](const Doubt& doubt) {
    return Json{{"what", doubt.what}, {"count", doubt.count}, {"share", doubt.share < 0 ? Json() : Json(doubt.share)}};
  });
  head["counts"] = list(summary.counts, [](const NamedCount& c) { return Json{{"name", c.name}, {"count", c.count}}; });
  head["warnings"] = summary.warnings;
  head["options"] = summary.options;
  head["processes"] = list(summary.processes, process_json);
  head["hosts"] = list(summary.hosts, host_json);
}

}  // namespace

Json report_head(const Prediction& prediction, const std::vector<PathOwner>& owners) {
  const PredictionSummary& summary = prediction.summary;
  Json head = {{"made_by", "simtrace " SIMREC_VERSION},
               {"tool_version", summary.tool_version},
               {"simgrid_version", summary.simgrid_version},
               {"engine", summary.engine},
               {"trace", file_json(summary.trace_name, summary.trace_sha256)},
               {"platform", file_json(summary.platform_name, summary.platform_sha256)},
               {"platform_file", summary.platform_file}};
  add_results(head, summary);
  head["threads"] = list(prediction.timelines, [](const ThreadTimeline& thread) {
    return Json{{"pid", thread.pid},
                {"tid", thread.tid},
                {"start_ns", thread.start_ns},
                {"intervals", thread.intervals.size()}};
  });
  head["path"] = prediction.path ? path_json(*prediction.path, owners) : Json();
  head["connections"] = list(prediction.connections, connection_json);
  head["links"] = list(prediction.links, link_json);
  head["sweep"] = Json();
  head["recording"] = Json();
  return head;
}

Json recording_json(const std::string& path, const PredictionSummary& summary) {
  const Header header = TraceReader(path).header();
  if (summary.recordings == 1 && !summary.trace_sha256.empty() && sha256_of_file(path).hex() != summary.trace_sha256) {
    throw TraceError("'" + path + "' is not the trace that this prediction was made from (" + summary.trace_name +
                     "): their SHA-256 differ; give that one, or leave --trace out");
  }
  return {{"file", path},
          {"tool_version", header.tool_version},
          {"started_unix_ns", header.started_unix_ns},
          {"command", header.command},
          {"working_directory", header.working_directory},
          {"options", header.options},
          {"host", host_json(header.host)},
          {"core_speed_flops", header.calibration.core_speed_flops},
          {"loopback_latency_ns", header.calibration.loopback_latency_ns},
          {"loopback_bandwidth_bytes_per_s", header.calibration.loopback_bandwidth_bytes_per_s}};
}

}  // namespace simrec::analysis
