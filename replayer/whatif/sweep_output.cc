#include "replayer/whatif/sweep_output.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::replay {
namespace {

constexpr std::size_t kBarWidth = 30;

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

double seconds(Ns time) { return static_cast<double>(time) / 1e9; }

bool has_baseline(const Sweep& sweep) { return sweep.baseline.failure.empty() && sweep.baseline.predicted_ns > 0; }

double relative(const Sweep& sweep, const SweepPoint& point) {
  return static_cast<double>(point.predicted_ns) / static_cast<double>(sweep.baseline.predicted_ns);
}

Ns longest(const Sweep& sweep) {
  Ns longest = 0;
  for (const SweepPoint& point : sweep.points) longest = std::max(longest, point.predicted_ns);
  return longest;
}

std::string bar(Ns time, Ns longest) {
  if (longest <= 0) return "";
  const double share = static_cast<double>(time) / static_cast<double>(longest);
  std::string text;
  for (std::size_t i = 0; i < static_cast<std::size_t>(std::lround(share * kBarWidth)); ++i) text += "█";
  return text;
}

}  // namespace

void print_csv(const Sweep& sweep, std::ostream& out) {
  for (const Axis& axis : sweep.axes) {
    const std::string unit = unit_of(axis);
    out << quoted(text_of(axis.knob) + (unit.empty() ? "" : " [" + unit + "]")) << ',';
  }
  out << "predicted_s,relative,failed\n";
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const std::vector<std::size_t> index = grid_index(sweep.axes, i);
    for (std::size_t a = 0; a < index.size(); ++a) out << number_text(sweep.axes[a].amounts[index[a]].value) << ',';
    const SweepPoint& point = sweep.points[i];
    if (point.failure.empty()) {
      out << format_seconds(point.predicted_ns, 9) << ',';
      if (has_baseline(sweep)) out << number_text(std::round(relative(sweep, point) * 1e6) / 1e6);
      out << ",\n";
    } else {
      out << ",," << quoted(point.failure) << '\n';
    }
  }
}

void print_json(const Sweep& sweep, const StudySource& source, std::ostream& out) {
  using Json = nlohmann::ordered_json;
  const auto or_null = [](const SweepPoint& p) { return p.failure.empty() ? Json(seconds(p.predicted_ns)) : Json(); };
  Json json = {
      {"tool", "simreplay"}, {"version", SIMREC_VERSION}, {"trace", source.trace}, {"platform", source.platform}};
  json["axes"] = Json::array();
  for (const Axis& axis : sweep.axes) {
    Json values = Json::array();
    for (const Amount& amount : axis.amounts) values.push_back(amount.value);
    json["axes"].push_back({{"name", text_of(axis.knob)},
                            {"unit", unit_of(axis)},
                            {"values", std::move(values)},
                            {"labels", axis.labels},
                            {"log", axis.logarithmic}});
  }
  json["points"] = Json::array();
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& point = sweep.points[i];
    json["points"].push_back({{"index", grid_index(sweep.axes, i)},
                              {"predicted_s", or_null(point)},
                              {"failed", point.failure.empty() ? Json() : Json(point.failure)}});
  }
  json["baseline_s"] = or_null(sweep.baseline);
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

void print_text(const Sweep& sweep, const StudySource& source, std::ostream& out) {
  out << printable(source.trace) << " on " << printable(source.platform) << ": "
      << format_count_of(sweep.points.size(), "point");
  if (has_baseline(sweep)) out << "; unchanged: " << format_duration(sweep.baseline.predicted_ns);
  out << "\n\n";
  std::vector<TextTable::Column> columns;
  for (const Axis& axis : sweep.axes) columns.push_back({printable(text_of(axis.knob)), Align::right, 40});
  columns.push_back({"predicted"});
  columns.push_back({"change"});
  columns.push_back({"", Align::left});
  TextTable table(std::move(columns));
  const Ns top = longest(sweep);
  for (std::size_t i = 0; i < sweep.points.size(); ++i) {
    const SweepPoint& point = sweep.points[i];
    const std::vector<std::size_t> index = grid_index(sweep.axes, i);
    std::vector<std::string> cells;
    for (std::size_t a = 0; a < index.size(); ++a) cells.push_back(printable(sweep.axes[a].labels[index[a]]));
    if (point.failure.empty()) {
      cells.push_back(format_duration(point.predicted_ns));
      cells.push_back(has_baseline(sweep) ? format_signed_percent(relative(sweep, point) - 1) : "");
      cells.push_back(bar(point.predicted_ns, top));
    } else {
      cells.insert(cells.end(), {"-", "", "failed: " + printable(point.failure)});
    }
    table.add(std::move(cells));
  }
  table.print(out);
}

}  // namespace simrec::replay
