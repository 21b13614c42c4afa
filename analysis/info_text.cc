#include "analysis/info_text.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <ostream>
#include <span>

#include "analysis/argument_names.h"
#include "analysis/hot_functions.h"
#include "trace-format/syscall_table.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

std::string date_text(std::int64_t unix_ns) {
  if (unix_ns == 0) return "unknown";
  const std::time_t seconds = unix_ns / 1'000'000'000;
  std::tm parts{};
  std::array<char, 64> buffer{};
  if (::gmtime_r(&seconds, &parts) == nullptr) return "unknown";
  const std::size_t length = std::strftime(buffer.data(), buffer.size(), "%Y-%m-%d %H:%M:%S UTC", &parts);
  return {buffer.data(), length};
}

/// Facts joined by ", ", empty ones left out.
std::string joined(std::initializer_list<std::string> parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

std::string host_text(const HostInfo& host) {
  return joined({host.name,
                 std::to_string(host.cores) + " × " + (host.cpu_model.empty() ? "unknown CPU" : host.cpu_model),
                 format_bytes(host.memory_bytes), host.kernel.empty() ? "" : "Linux " + host.kernel, host.distribution,
                 host.virtualization == "none" ? "" : host.virtualization,
                 host.tcp_congestion_control.empty() ? "" : "TCP with " + host.tcp_congestion_control});
}

std::string calibration_text(const Calibration& calibration) {
  if (calibration.core_speed_flops <= 0) return "none: the host was not measured";
  return joined({"core " + format_rate(calibration.core_speed_flops, "flop/s"),
                 "loopback " + format_duration(calibration.loopback_latency_ns) + " and " +
                     format_rate(calibration.loopback_bandwidth_bytes_per_s, "B/s"),
                 "wake-up " + format_duration(calibration.wake_up_ns) +
                     (calibration.wake_up_recording_ns < 0
                          ? ""
                          : " (" + format_duration(calibration.wake_up_recording_ns) + " while recording)"),
                 std::max(calibration.cold_ns, calibration.cold_long_ns) > 0
                     ? "cold caches " + format_duration(calibration.cold_ns)
                     : "",
                 calibration.cold_long_ns > 0 ? format_duration(calibration.cold_long_ns) + " after 40 ms" : ""});
}

std::string command_text(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + printable(shell_quoted(word));
  return text;
}

std::string time_text(const Statistics& statistics) {
  if (!statistics.footer) return format_duration(statistics.end_ns) + " until the recording was cut";
  const Footer& footer = *statistics.footer;
  std::string text =
      format_duration(footer.root_end_ns) + " while recorded, root command " + wait_status(footer.root_exit_status);
  if (footer.end_ns > footer.root_end_ns) text += "; others ran on until " + format_duration(footer.end_ns);
  return text;
}

std::string tracing_text(const Statistics& statistics) {
  std::string text = format_duration(statistics.tracing_wall_ns) + " of wall time added to the threads (calibrated)";
  if (statistics.footer && statistics.footer->recorder_cpu_ns > 0)
    text += ", recorder used " + format_duration(statistics.footer->recorder_cpu_ns) + " of CPU";
  return text;
}

std::string size_text(const Statistics& statistics) {
  std::string text = format_bytes(statistics.compressed_bytes) + " in " + format_count_of(statistics.frames, "frame") +
                     ", " + format_count_of(statistics.totals.events, "event");
  if (statistics.totals.events > 0) {
    const double per_event =
        static_cast<double>(statistics.compressed_bytes) / static_cast<double>(statistics.totals.events);
    text += ", " + format_rate(per_event, "B/event");
  }
  return text;
}

void print_facts(std::ostream& out, const Statistics& statistics) {
  const Header& header = statistics.header;
  TextTable facts({{"", Align::left}, {"", Align::left}});
  facts.add({"command", command_text(header.command)});
  facts.add({"directory", printable(header.working_directory)});
  facts.add({"recorded", date_text(header.started_unix_ns) + " by " + printable(header.tool_version) +
                             (header.options.empty() ? "" : " " + command_text(header.options))});
  facts.add({"host", printable(host_text(header.host))});
  facts.add({"calibration", calibration_text(header.calibration)});
  facts.add({"wall time", time_text(statistics)});
  facts.add({"threads", format_count_of(statistics.tables.threads().size(), "thread") + " in " +
                            format_count_of(statistics.tables.processes().size(), "process", "processes")});
  facts.add({"computing", format_duration(statistics.totals.compute_ns()) + " (" +
                              format_duration(statistics.totals.burst_ns) + " between calls, " +
                              format_duration(statistics.totals.call_cpu_ns) + " inside them)"});
  facts.add({"blocked", format_duration(statistics.totals.blocked_ns) + " in calls, " +
                            format_duration(statistics.totals.ready_ns) + " waiting for a core"});
  facts.add({"tracing", tracing_text(statistics)});
  facts.add({"size", size_text(statistics)});
  facts.print(out, "  ");
}

/// Processes in tree order with their depth.
struct TreeRow {
  ProcessId process;
  std::size_t depth = 0;
};

std::vector<TreeRow> tree(const Tables& tables) {
  std::vector<std::vector<ProcessId>> children(tables.processes().size() + 1);
  for (const Process& process : tables.processes()) {
    // A parent that comes later in the table, or itself, is damage: such a process becomes a root.
    const std::uint32_t parent = process.parent_plus_one <= process.index.value ? process.parent_plus_one : 0;
    children[parent].push_back(process.index);
  }
  std::vector<TreeRow> rows;
  std::vector<TreeRow> stack;
  const auto push_children = [&](std::size_t of, std::size_t depth) {
    for (std::size_t i = children[of].size(); i-- > 0;) stack.push_back({children[of][i], depth});
  };
  push_children(0, 0);
  while (!stack.empty()) {
    const TreeRow row = stack.back();
    stack.pop_back();
    rows.push_back(row);
    push_children(row.process.value + 1, row.depth + 1);
  }
  return rows;
}

void print_processes(std::ostream& out, const Statistics& statistics, std::size_t limit) {
  TextTable table({{"PID"},
                   {"THREADS"},
                   {"START"},
                   {"END"},
                   {"CALLS"},
                   {"COMPUTING"},
                   {"BLOCKED"},
                   {"BYTES"},
                   {"COMMAND", Align::left, 72}});
  std::vector<TreeRow> rows = tree(statistics.tables);
  const std::size_t total = rows.size();
  if (limit != 0 && total > limit) rows.resize(limit);
  for (const TreeRow& row : rows) {
    const ProcessStatistics& own = statistics.processes[row.process.value];
    table.add({std::to_string(statistics.tables.processes()[row.process.value].pid), std::to_string(own.threads),
               format_duration(own.start_ns), format_duration(own.end_ns), format_count(own.totals.events),
               format_duration(own.totals.compute_ns()), format_duration(own.totals.blocked_ns),
               format_bytes(own.totals.bytes),
               std::string(2 * std::min<std::size_t>(row.depth, 16), ' ') +
                   printable(command_line(statistics.tables, row.process))});
  }
  table.print(out, "  ");
  if (rows.size() < total) out << "  … and " << total - rows.size() << " more (-n 0 shows all)\n";
}

void print_calls(std::ostream& out, const Statistics& statistics, std::size_t limit) {
  std::vector<std::pair<std::uint16_t, Totals>> calls(statistics.by_kind.begin(), statistics.by_kind.end());
  std::ranges::stable_sort(calls, [](const auto& a, const auto& b) { return a.second.events > b.second.events; });
  const std::size_t total = calls.size();
  if (limit != 0 && total > limit) calls.resize(limit);
  TextTable table({{"CALL", Align::left}, {"COUNT"}, {"ERRORS"}, {"BYTES"}, {"CPU INSIDE"}, {"BLOCKED"}});
  for (const auto& [kind, totals] : calls) {
    table.add({std::string(event_name(kind)), format_count(totals.events),
               totals.errors == 0 ? "" : format_count(totals.errors),
               totals.bytes == 0 ? "" : format_bytes(totals.bytes),
               kind >= kPseudoBase ? "" : format_duration(totals.call_cpu_ns),
               kind >= kPseudoBase ? "" : format_duration(totals.blocked_ns)});
  }
  table.print(out, "  ");
  if (calls.size() < total) out << "  … and " << total - calls.size() << " more (-n 0 shows all)\n";
}

void print_functions(std::ostream& out, const std::vector<HotFunction>& functions, std::size_t limit) {
  TextTable table(
      {{"FUNCTION", Align::left, 72}, {"SAMPLES"}, {"ITSELF"}, {"WITH CALLEES"}, {"MODULE", Align::left, 48}});
  const std::size_t shown = limit == 0 ? functions.size() : std::min(limit, functions.size());
  for (const HotFunction& hot : std::span(functions).first(shown))
    table.add({printable(hot.function), format_count(hot.samples), format_duration(hot.self_ns),
               format_duration(hot.total_ns), printable(hot.module)});
  table.print(out, "  ");
  if (shown < functions.size()) out << "  … and " << functions.size() - shown << " more (-n 0 shows all)\n";
}

void print_counts(std::ostream& out, const std::vector<NamedCount>& counts) {
  TextTable table({{""}, {"", Align::left}});
  for (const NamedCount& count : counts) table.add({format_count(count.count), printable(count.name)});
  table.print(out, "  ");
}

}  // namespace

void print_info(std::ostream& out, const std::string& path, const Statistics& statistics, const InfoOptions& options) {
  const Paint paint(options.colour);
  const std::string state =
      statistics.incomplete.empty() ? paint.good("whole") : paint.warning("cut: " + statistics.incomplete);
  out << paint.bold(path) << ": trace, format " << statistics.header.format_version << ", " << state << '\n';
  print_facts(out, statistics);
  out << '\n' << paint.bold("Processes") << '\n';
  print_processes(out, statistics, options.rows);
  out << '\n' << paint.bold("Calls and events") << '\n';
  print_calls(out, statistics, options.rows);
  if (const auto functions = hot_functions(statistics); !functions.empty()) {
    out << '\n' << paint.bold("Sampled CPU time") << '\n';
    print_functions(out, functions, options.rows);
  }
  if (starts_in_the_middle(statistics.header))
    out << "\nThe recording starts in the middle of programs that ran already.\n";
  if (!statistics.footer) return;
  if (!statistics.footer->truncated_by.empty())
    out << "\nThe recording was ended by " << printable(statistics.footer->truncated_by) << ".\n";
  if (!statistics.footer->calls.empty()) {
    out << '\n' << paint.bold("Intercepted") << '\n';
    print_counts(out, statistics.footer->calls);
  }
  if (!statistics.footer->losses.empty()) {
    out << '\n' << paint.bold("Not recorded") << '\n';
    print_counts(out, statistics.footer->losses);
  }
}

}  // namespace simrec::analysis
