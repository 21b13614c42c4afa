#include "replayer/cli/report_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <ostream>

#include "replayer/cli/prediction.h"
#include "trace-format/path_report.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::replay {
namespace {

/// Processes shown; more are folded into one line.
constexpr std::size_t kProcessRows = 20;
/// Lines of the critical path, of its sampled functions and its locks if there are any.
constexpr std::size_t kPathLines = 7, kFunctions = 5, kLocks = 3;
/// Beyond this the replay should not be trusted blindly.
constexpr double kClosureLimit = 0.10;

/// A column of the process table that is left out when nobody waited so.
struct WaitColumn {
  const char* title;
  Ns Waits::*time;
};
constexpr std::array<WaitColumn, 6> kWaits = {{{"NETWORK", &Waits::network_ns},
                                               {"DISK", &Waits::disk_ns},
                                               {"SYNC", &Waits::sync_ns},
                                               {"CHILD", &Waits::child_ns},
                                               {"SLEEP", &Waits::sleep_ns},
                                               {"CORE", &Waits::ready_ns}}};

void print_closure(const PredictionSummary& summary, std::ostream& out, const Paint& paint) {
  if (!has_closure(summary)) return;
  const bool bad = std::fabs(summary.closure_error) > kClosureLimit;
  const std::string error = format_signed_percent(summary.closure_error);
  out << "twin: predicted " << format_duration(summary.twin_ns) << ", recorded without tracing cost "
      << format_duration(summary.native_estimate_ns) << ", closure error "
      << (bad ? paint.warning(error) : paint.good(error)) << '\n';
  if (bad)
    out << paint.warning("warning:")
        << " the replay misses the recorded run by more than 10 % on its own host; the trust says how much of that "
           "matters here\n";
}

void print_trust(const PredictionSummary& summary, std::ostream& out, const Paint& paint) {
  if (summary.trust.empty()) return;
  const std::string level = summary.trust == "high" ? paint.good(summary.trust) : paint.warning(summary.trust);
  out << "trust: " << level;
  for (std::size_t i = 0; i < summary.trust_reasons.size(); ++i)
    out << (i == 0 ? ": " : ";\n       ") << printable(summary.trust_reasons[i]);
  out << '\n';
}

/// The prediction next to the same replay on the twin, where the replay's own bias cancels out; without one,
/// next to the native estimate.
std::string ratio_text(const PredictionSummary& summary) {
  const Ns base = has_closure(summary) ? summary.twin_ns : summary.native_estimate_ns;
  if (base <= 0 || summary.predicted_ns <= 0 || summary.predicted_ns == summary.twin_ns) return "";
  const std::string where = has_closure(summary) ? " as on the twin" : " as on the recording host";
  const double ratio = static_cast<double>(summary.predicted_ns) / static_cast<double>(base);
  if (std::fabs(ratio - 1) < 0.005) return "as long" + where;
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.3g times as %s", ratio > 1 ? ratio : 1 / ratio,
                ratio > 1 ? "long" : "fast");
  return buffer.data() + where;
}

/// "(5.200 s – 6.040 s), median of 3 recordings, 2 times as long as on the twin", as far as there is something to say.
std::string predicted_note(const PredictionSummary& summary) {
  std::string note;
  const auto add = [&note](const std::string& text) {
    if (!text.empty()) note += (note.empty() ? "" : ", ") + text;
  };
  if (has_interval(summary))
    add("(" + format_duration(summary.interval_low_ns) + " – " + format_duration(summary.interval_high_ns) + ")");
  if (summary.recordings > 1) add("median of " + format_count_of(summary.recordings, "recording"));
  add(ratio_text(summary));
  return note;
}

void print_times(const PredictionSummary& summary, std::ostream& out, const Paint& paint) {
  const std::string command = summary.processes.empty() ? summary.trace_name : summary.processes.front().command_line;
  out << '\n'
      << paint.bold(shortened(printable(command), 80)) << " on " << paint.bold(printable(summary.platform_name))
      << '\n';
  TextTable times({{"", Align::left}, {""}, {"", Align::left}});
  times.add({"predicted wall time", format_duration(summary.predicted_ns), predicted_note(summary)});
  times.add({"recorded", format_duration(summary.recorded_ns), "while being traced"});
  times.add({"native estimate", format_duration(summary.native_estimate_ns), "recorded, tracing cost removed"});
  times.print(out, "  ");
}

Ns total_of(const ProcessResult& process) {
  Ns sum = process.compute_ns;
  for (const WaitColumn& column : kWaits) sum += process.waits.*column.time;
  return sum;
}

/// Indices of the processes to show, in recorded order: the root command and those with most time in them.
std::vector<std::size_t> shown_processes(const std::vector<ProcessResult>& processes) {
  std::vector<std::size_t> order(processes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  if (order.size() <= kProcessRows) return order;
  std::stable_sort(order.begin() + 1, order.end(),
                   [&](std::size_t a, std::size_t b) { return total_of(processes[a]) > total_of(processes[b]); });
  order.resize(kProcessRows - 1);
  std::ranges::sort(order);
  return order;
}

std::vector<WaitColumn> used_columns(const std::vector<ProcessResult>& processes) {
  std::vector<WaitColumn> used;
  std::ranges::copy_if(kWaits, std::back_inserter(used), [&](const WaitColumn& column) {
    return std::ranges::any_of(processes, [&](const ProcessResult& p) { return p.waits.*column.time > 0; });
  });
  return used;
}

std::string time_cell(Ns time) { return time == 0 ? "-" : format_duration(time); }

void print_processes(const PredictionSummary& summary, std::ostream& out) {
  const auto& processes = summary.processes;
  const std::vector<WaitColumn> waits = used_columns(processes);
  std::vector<TextTable::Column> columns = {
      {"PID"}, {"PROCESS", Align::left, 24}, {"HOST", Align::left, 24}, {"START"}, {"END"}, {"COMPUTING"}};
  for (const WaitColumn& column : waits) columns.push_back({column.title});
  TextTable table(columns);
  const auto add_times = [&](std::vector<std::string> cells, Ns compute, const Waits& times) {
    cells.push_back(time_cell(compute));
    for (const WaitColumn& column : waits) cells.push_back(time_cell(times.*column.time));
    table.add(std::move(cells));
  };
  const std::vector<std::size_t> shown = shown_processes(processes);
  for (const std::size_t i : shown) {
    const ProcessResult& process = processes[i];
    std::string name = printable(process.name);
    if (process.threads > 1) name += " (" + std::to_string(process.threads) + " threads)";
    add_times({std::to_string(process.pid), name, printable(process.host), format_duration(process.start_ns),
               format_duration(process.end_ns)},
              process.compute_ns, process.waits);
  }
  Ns compute = 0;
  Waits sum;
  for (const ProcessResult& process : processes) {
    compute += process.compute_ns;
    for (const WaitColumn& column : kWaits) sum.*column.time += process.waits.*column.time;
  }
  if (shown.size() < processes.size())
    table.add({"", "… and " + format_count(processes.size() - shown.size()) + " more"});
  if (processes.size() > 1)
    add_times({"", "all " + format_count(processes.size()) + " processes", "", "", ""}, compute, sum);
  out << '\n';
  table.print(out, "  ");
  if (!waits.empty())
    out << "  (right of COMPUTING: time waited, by cause, summed over threads; CORE = ready, but every core was "
           "busy)\n";
}

void print_hosts(const PredictionSummary& summary, std::ostream& out) {
  if (summary.hosts.size() < 2) return;
  TextTable table({{"HOST", Align::left, 32}, {"CORES"}, {"SPEED PER CORE"}, {"BUSY"}});
  for (const HostResult& host : summary.hosts) {
    const double capacity = static_cast<double>(summary.predicted_ns) * host.cores;
    std::array<char, 32> busy{};
    std::snprintf(busy.data(), busy.size(), "%.0f %%",
                  capacity > 0 ? 100 * static_cast<double>(host.busy_core_ns) / capacity : 0.0);
    table.add({printable(host.name), std::to_string(host.cores), format_rate(host.speed_flops, "flop/s"), busy.data()});
  }
  out << '\n';
  table.print(out, "  ");
}

std::string share_cell(const Doubt& doubt) {
  if (doubt.share < 0) return "not measured";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), doubt.share < 0.0995 ? "%.1f %%" : "%.0f %%", 100 * doubt.share);
  return text.data();
}

void print_validity(const PredictionSummary& summary, std::ostream& out, const Paint& paint) {
  if (summary.validity.empty()) return;
  out << '\n'
      << paint.bold("What a trace cannot tell, and by how much the prediction changes if it went otherwise") << '\n';
  TextTable table({{"HOW OFTEN"}, {"CHANGE"}, {"WHAT", Align::left}});
  for (const Doubt& doubt : summary.validity)
    table.add({format_count(doubt.count), share_cell(doubt), printable(doubt.what)});
  table.print(out, "  ");
}

/// Counts that the validity meter shows with their effect; "network flows" are no doubt at all.
constexpr std::array kShownElsewhere = {"expired timeouts",
                                        "external waits",
                                        "timeouts that would not have fired",
                                        "event-loop handlers in order of arrival",
                                        "exchanges dealt evenly over connections",
                                        "spins folded",
                                        "EAGAIN",
                                        "network flows"};

bool is_shown(const NamedCount& count, bool judged) {
  return count.count != 0 && !(judged && std::ranges::find(kShownElsewhere, count.name) != kShownElsewhere.end());
}

void print_counts(const PredictionSummary& summary, std::ostream& out, const Paint& paint) {
  const bool judged = !summary.trust.empty();
  if (std::ranges::none_of(summary.counts, [&](const NamedCount& c) { return is_shown(c, judged); })) return;
  out << '\n' << paint.bold("Also seen, with an effect that no replay can measure") << '\n';
  TextTable table({{""}, {"", Align::left}});
  for (const NamedCount& count : summary.counts) {
    if (is_shown(count, judged)) table.add({format_count(count.count), printable(count.name)});
  }
  table.print(out, "  ");
}

}  // namespace

void print_summary(const Prediction& prediction, std::ostream& out, bool colour) {
  const PredictionSummary& summary = prediction.summary;
  const Paint paint(colour);
  print_closure(summary, out, paint);
  print_trust(summary, out, paint);
  print_times(summary, out, paint);
  print_path(prediction, out, paint, {.shares = kPathLines, .functions = kFunctions, .locks = kLocks});
  print_processes(summary, out);
  print_hosts(summary, out);
  print_validity(summary, out, paint);
  print_counts(summary, out, paint);
  if (!summary.warnings.empty()) out << '\n';
  for (const std::string& warning : summary.warnings)
    out << paint.warning("warning:") << ' ' << printable(warning) << '\n';
  out << '\n'
      << format_count_of(summary.events, "recorded event") << " replayed as "
      << format_count_of(summary.operations, "operation") << ", " << summary.engine << " engine, SimGrid "
      << summary.simgrid_version << '\n';
}

}  // namespace simrec::replay
