#include "analysis/info_prediction.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <ostream>

#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

void print_prediction_info(std::ostream& out, const std::string& path, const PredictionSummary& summary, bool colour) {
  const Paint paint(colour);
  out << paint.bold(path) << ": prediction by " << printable(summary.tool_version) << '\n';
  print_times(out, summary);
  if (!summary.trust.empty()) {
    out << "\ntrust: " << (summary.trust == "high" ? paint.good(summary.trust) : paint.warning(summary.trust)) << '\n';
    for (const std::string& reason : summary.trust_reasons) out << "  " << printable(reason) << '\n';
  }
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

void print_prediction_info_json(std::ostream& out, const std::string& path, const PredictionSummary& summary) {
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
  out << info.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace simrec::analysis
