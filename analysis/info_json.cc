#include "analysis/info_json.h"

#include <nlohmann/json.hpp>
#include <ostream>

#include "analysis/host_json.h"
#include "analysis/hot_functions.h"
#include "trace-format/syscall_table.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

Json totals_json(const Totals& totals) {
  return {{"events", totals.events},     {"errors", totals.errors},           {"bytes", totals.bytes},
          {"burst_ns", totals.burst_ns}, {"call_cpu_ns", totals.call_cpu_ns}, {"blocked_ns", totals.blocked_ns},
          {"ready_ns", totals.ready_ns}};
}

/// The host and what simrec measured of it.
Json measured_host_json(const Header& header) {
  const Calibration& calibration = header.calibration;
  Json json = host_json(header.host);
  json.update(Json{{"core_speed_flops", calibration.core_speed_flops},
                   {"loopback_latency_ns", calibration.loopback_latency_ns},
                   {"loopback_bandwidth_bytes_per_s", calibration.loopback_bandwidth_bytes_per_s},
                   {"wake_up_ns", calibration.wake_up_ns},
                   {"wake_up_recording_ns", calibration.wake_up_recording_ns},
                   {"cold_ns", calibration.cold_ns},
                   {"cold_40ms_ns", calibration.cold_long_ns}});
  return json;
}

Json processes_json(const Statistics& statistics) {
  Json list = Json::array();
  for (const Process& process : statistics.tables.processes()) {
    const ProcessStatistics& own = statistics.processes[process.index.value];
    Json entry = {{"pid", process.pid}};
    const auto& all = statistics.tables.processes();
    entry["parent_pid"] = process.parent_plus_one == 0 || process.parent_plus_one > all.size()
                              ? Json()
                              : Json(all[process.parent_plus_one - 1].pid);
    entry["name"] = process_name(statistics.tables, process.index);
    entry["cmdline"] = command_line(statistics.tables, process.index);
    entry["threads"] = own.threads;
    entry["start_ns"] = own.start_ns;
    entry["end_ns"] = own.end_ns;
    entry.update(totals_json(own.totals));
    list.push_back(std::move(entry));
  }
  return list;
}

Json counts_json(const std::vector<NamedCount>& counts) {
  Json object = Json::object();
  for (const NamedCount& count : counts) object[count.name] = count.count;
  return object;
}

}  // namespace

void print_info_json(std::ostream& out, const std::string& path, const Statistics& statistics) {
  const Header& header = statistics.header;
  Json info = {{"file", path},
               {"format_version", header.format_version},
               {"tool_version", header.tool_version},
               {"started_unix_ns", header.started_unix_ns},
               {"command", header.command},
               {"working_directory", header.working_directory},
               {"options", header.options},
               {"host", measured_host_json(header)},
               {"complete", statistics.incomplete.empty()},
               {"incomplete", statistics.incomplete},
               {"compressed_bytes", statistics.compressed_bytes}};
  if (statistics.footer) {
    info["end_ns"] = statistics.footer->end_ns;
    info["root_end_ns"] = statistics.footer->root_end_ns;
    info["root_exit_status"] = statistics.footer->root_exit_status;
    info["recorder_cpu_ns"] = statistics.footer->recorder_cpu_ns;
    info["truncated_by"] = statistics.footer->truncated_by;
    info["losses"] = counts_json(statistics.footer->losses);
    info["calls_by_tier"] = counts_json(statistics.footer->calls);
  }
  info["totals"] = totals_json(statistics.totals);
  info["tracing_wall_ns"] = statistics.tracing_wall_ns;
  info["processes"] = processes_json(statistics);
  Json& calls = info["calls"] = Json::object();
  for (const auto& [kind, totals] : statistics.by_kind) calls[std::string(event_name(kind))] = totals_json(totals);
  Json& functions = info["sampled_functions"] = Json::array();
  for (const HotFunction& hot : hot_functions(statistics))
    functions.push_back({{"function", hot.function},
                         {"module", hot.module},
                         {"samples", hot.samples},
                         {"self_ns", hot.self_ns},
                         {"total_ns", hot.total_ns}});
  out << info.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace simrec::analysis
