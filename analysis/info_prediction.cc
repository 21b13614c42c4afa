#include "analysis/info_prediction.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>
#include <vector>

#include "trace-format/path_report.h"
#include "trace-format/path_shares.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// More rows than any table has.
constexpr std::size_t kAll = SIZE_MAX / 2;

std::size_t rows_of(const InfoOptions& options) { return options.rows == 0 ? kAll : options.rows; }

PathRows path_rows(const InfoOptions& options) {
  const std::size_t rows = rows_of(options);
  return {.kinds = true,
          .shares = rows,
          .functions = rows,
          .locks = rows,
          .connections = rows,
          .links = rows,
          .hosts = rows};
}

double seconds(Ns ns) { return static_cast<double>(ns) / 1e9; }

std::string share_cell(double share) {
  if (share < 0) return "not measured";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100 * share);
  return text.data();
}

void print_times(std::ostream& out, const PredictionSummary& summary) {
  TextTable table({{"", Align::left}, {"", Align::left}});
  table.add({"trace", printable(summary.trace_name)});
  table.add({"platform", printable(summary.platform_name)});
  table.add({"predicted wall time", format_duration(summary.predicted_ns)});
  if (summary.interval_high_ns > 0)
    table.add(
        {"interval", format_duration(summary.interval_low_ns) + " – " + format_duration(summary.interval_high_ns)});
  if (summary.recordings > 1) table.add({"recordings", std::to_string(summary.recordings)});
  table.add({"recorded", format_duration(summary.recorded_ns)});
  if (summary.twin_ns > 0) table.add({"closure error", format_signed_percent(summary.closure_error)});
  table.add({"processes", std::to_string(summary.processes.size())});
  table.print(out, "  ");
}

/// Sums only; as in `simreplay --json`.
Json path_json(const Prediction& prediction) {
  if (!prediction.path) return {};
  Json by_kind = Json::object();
  const auto sums = path_by_kind(*prediction.path);
  for (std::size_t kind = 0; kind < sums.size(); ++kind)
    if (sums[kind] > 0) by_kind[name_of(static_cast<PathKind>(kind))] = sums[kind];
  return {{"steps", prediction.path->steps.size()}, {"by_kind_ns", by_kind}};
}

/// The path's steps that took longest.
void print_steps(std::ostream& out, const Prediction& prediction, const Paint& paint, std::size_t rows) {
  if (!prediction.path) return;
  const CriticalPath& path = *prediction.path;
  std::vector<const PathStep*> steps;
  for (const PathStep& step : path.steps) steps.push_back(&step);
  const std::size_t shown = std::min(rows, steps.size());
  const auto longer = [](const PathStep* a, const PathStep* b) {
    return a->duration_ns != b->duration_ns ? a->duration_ns > b->duration_ns : a->start_ns < b->start_ns;
  };
  std::ranges::partial_sort(steps, steps.begin() + static_cast<std::ptrdiff_t>(shown), longer);
  steps.resize(shown);
  std::erase_if(steps, [](const PathStep* step) { return step->duration_ns == 0; });
  if (steps.empty()) return;
  std::map<std::int64_t, std::string> names;
  for (const ProcessResult& process : prediction.summary.processes) names[process.pid] = process.name;
  out << '\n' << paint.bold("Its longest steps, of " + format_count(path.steps.size())) << '\n';
  TextTable table({{"FROM"}, {"TIME"}, {"KIND", Align::left}, {"THREAD", Align::left, 32}, {"WHAT", Align::left, 60}});
  for (const PathStep* step : steps)
    table.add({format_duration(step->start_ns), format_duration(step->duration_ns), name_of(step->kind),
               printable(names[step->pid]) + "[" + std::to_string(step->pid) + "]" +
                   (step->tid == step->pid ? "" : " thread " + std::to_string(step->tid)),
               printable(path.names[step->what])});
  table.print(out, "  ");
}

}  // namespace

void print_prediction_info(std::ostream& out, const std::string& path, const Prediction& prediction,
                           const InfoOptions& options) {
  const PredictionSummary& summary = prediction.summary;
  const Paint paint(options.colour);
  out << paint.bold(path) << ": prediction by " << printable(summary.tool_version) << '\n';
  print_times(out, summary);
  if (!summary.trust.empty()) {
    out << "\ntrust: " << (summary.trust == "high" ? paint.good(summary.trust) : paint.warning(summary.trust)) << '\n';
    for (const std::string& reason : summary.trust_reasons) out << "  " << printable(reason) << '\n';
  }
  print_path(prediction, out, paint, path_rows(options));
  print_steps(out, prediction, paint, rows_of(options));
  if (!summary.validity.empty()) {
    out << '\n' << paint.bold("What the trace cannot tell") << '\n';
    TextTable table({{"HOW OFTEN"}, {"CHANGE"}, {"WHAT", Align::left}});
    for (const Doubt& doubt : summary.validity)
      table.add({format_count(doubt.count), share_cell(doubt.share), printable(doubt.what)});
    table.print(out, "  ");
  }
  for (const std::string& warning : summary.warnings)
    out << paint.warning("warning:") << ' ' << printable(warning) << '\n';
}

void print_prediction_info_json(std::ostream& out, const std::string& path, const Prediction& prediction) {
  const PredictionSummary& summary = prediction.summary;
  Json validity = Json::array();
  for (const Doubt& doubt : summary.validity)
    validity.push_back(
        {{"what", doubt.what}, {"count", doubt.count}, {"share", doubt.share < 0 ? Json() : Json(doubt.share)}});
  Json info = {{"file", path},
               {"tool_version", summary.tool_version},
               {"trace", summary.trace_name},
               {"platform", summary.platform_name},
               {"predicted_s", seconds(summary.predicted_ns)},
               {"recorded_s", seconds(summary.recorded_ns)},
               {"closure_error", summary.twin_ns > 0 ? Json(summary.closure_error) : Json()},
               {"recordings", summary.recordings},
               {"validity", validity},
               {"warnings", summary.warnings}};
  info["trust"] = summary.trust.empty() ? Json() : Json{{"level", summary.trust}, {"reasons", summary.trust_reasons}};
  info["interval_s"] = summary.interval_high_ns > 0
                           ? Json::array({seconds(summary.interval_low_ns), seconds(summary.interval_high_ns)})
                           : Json();
  info["critical_path"] = path_json(prediction);
  out << info.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace simrec::analysis
