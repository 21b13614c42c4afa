#include "replayer/cli/report_json.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "replayer/cli/prediction.h"
#include "trace-format/path_shares.h"

namespace simrec::replay {
namespace {

using Json = nlohmann::ordered_json;

double seconds(Ns ns) { return static_cast<double>(ns) / 1e9; }

Json file_json(const std::string& name, const std::string& sha256) { return {{"file", name}, {"sha256", sha256}}; }

Json process_json(const ProcessResult& process) {
  const Waits& waits = process.waits;
  return {{"pid", process.pid},
          {"name", process.name},
          {"cmdline", process.command_line},
          {"host", process.host},
          {"threads", process.threads},
          {"start_s", seconds(process.start_ns)},
          {"end_s", seconds(process.end_ns)},
          {"cpu_s", seconds(process.compute_ns)},
          {"wait_s",
           {{"network", seconds(waits.network_ns)},
            {"disk", seconds(waits.disk_ns)},
            {"sync", seconds(waits.sync_ns)},
            {"child", seconds(waits.child_ns)},
            {"sleep", seconds(waits.sleep_ns)},
            {"ready", seconds(waits.ready_ns)}}}};
}

Json host_json(const HostResult& host) {
  Json json = {{"name", host.name},
               {"cores", host.cores},
               {"speed_flops", host.speed_flops},
               {"busy_core_s", seconds(host.busy_core_ns)}};
  if (!host.busy_over_time_ns.empty()) json["busy_over_time_ns"] = host.busy_over_time_ns;
  return json;
}

template <class T, class F>
Json list_json(const std::vector<T>& items, F&& to_json) {
  Json list = Json::array();
  for (const T& item : items) list.push_back(to_json(item));
  return list;
}

/// Null for a prediction that nobody judged.
Json trust_json(const PredictionSummary& summary) {
  if (summary.trust.empty()) return {};
  return {{"level", summary.trust}, {"reasons", summary.trust_reasons}};
}

Json interval_json(const PredictionSummary& summary) {
  if (!has_interval(summary)) return {};
  Json parts = Json::object();
  for (const Uncertainty& part : summary.uncertainties) parts[part.what] = part.relative;
  return {{"low_s", seconds(summary.interval_low_ns)},
          {"high_s", seconds(summary.interval_high_ns)},
          {"half_widths", parts}};
}

Json doubt_json(const Doubt& doubt) {
  return {{"what", doubt.what}, {"count", doubt.count}, {"share", doubt.share < 0 ? Json() : Json(doubt.share)}};
}

/// Sums; the steps are in the prediction file. Null without a path.
Json path_json(const Prediction& prediction) {
  if (!prediction.path) return {};
  Json by_kind = Json::object(), shares = Json::array(), functions = Json::array(), locks = Json::array();
  const auto sums = path_by_kind(*prediction.path);
  for (std::size_t kind = 0; kind < sums.size(); ++kind)
    if (sums[kind] > 0) by_kind[name_of(static_cast<PathKind>(kind))] = sums[kind];
  for (const PathShare& share : path_shares(prediction))
    shares.push_back({{"kind", name_of(share.kind)},
                      {"who", share.who},
                      {"path_s", seconds(share.path_ns)},
                      {"steps", share.steps},
                      {"waited_s", seconds(share.waited_ns)}});
  for (const FunctionShare& share : function_shares(prediction))
    functions.push_back({{"process", share.process}, {"function", share.function}, {"path_s", seconds(share.path_ns)}});
  for (const LockShare& share : lock_shares(prediction))
    locks.push_back({{"waiter", share.waiter},
                     {"holder", share.holder},
                     {"waits", share.waits},
                     {"waited_s", seconds(share.waited_ns)}});
  return {{"steps", prediction.path->steps.size()},
          {"by_kind_ns", by_kind},
          {"shares", shares},
          {"functions", functions},
          {"locks", locks}};
}

Json connection_json(const ConnectionResult& connection) {
  return {{"name", connection.name},
          {"from_pid", connection.from_pid},
          {"to_pid", connection.to_pid},
          {"from_host", connection.from_host},
          {"to_host", connection.to_host},
          {"messages", connection.messages},
          {"bytes", connection.bytes},
          {"wait_s", seconds(connection.wait_ns)},
          {"path_s", seconds(connection.path_ns)}};
}

Json link_json(const LinkResult& link) {
  return {{"name", link.name},
          {"bandwidth_bytes_per_s", link.bandwidth_bps},
          {"latency_s", link.latency_s},
          {"bytes", link.bytes},
          {"busy_s", seconds(link.busy_ns)},
          {"bytes_over_time", link.bytes_over_time}};
}

}  // namespace

void print_json(const Prediction& prediction, std::ostream& out) {
  const PredictionSummary& summary = prediction.summary;
  Json json = {{"predicted_s", seconds(summary.predicted_ns)},
               {"recorded_s", seconds(summary.recorded_ns)},
               {"native_estimate_s", seconds(summary.native_estimate_ns)}};
  json["twin_s"] = has_closure(summary) ? Json(seconds(summary.twin_ns)) : Json();
  json["closure_error"] = has_closure(summary) ? Json(summary.closure_error) : Json();
  json["trust"] = trust_json(summary);
  json["interval_s"] =
      has_interval(summary) ? Json({seconds(summary.interval_low_ns), seconds(summary.interval_high_ns)}) : Json();
  json["interval"] = interval_json(summary);
  json["recordings"] = summary.recordings;
  json["validity"] = list_json(summary.validity, doubt_json);
  json["events"] = summary.events;
  json["operations"] = summary.operations;
  json["engine"] = summary.engine;
  json["tool_version"] = summary.tool_version;
  json["simgrid_version"] = summary.simgrid_version;
  json["trace"] = file_json(summary.trace_name, summary.trace_sha256);
  json["platform"] = file_json(summary.platform_name, summary.platform_sha256);
  json["options"] = summary.options;
  json["processes"] = list_json(summary.processes, process_json);
  json["hosts"] = list_json(summary.hosts, host_json);
  json["critical_path"] = path_json(prediction);
  json["connections"] = list_json(prediction.connections, connection_json);
  json["links"] = list_json(prediction.links, link_json);
  Json& counts = json["counts"] = Json::object();
  for (const NamedCount& count : summary.counts) counts[count.name] = count.count;
  json["warnings"] = summary.warnings;
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace simrec::replay
