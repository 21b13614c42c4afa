#include "analysis/sweep_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw TraceError("'" + path + "' is no sweep: " + what +
                   "; make one with `simreplay TRACE --sweep … --json > sweep.json`");
}

/// A member of an object, or null.
const Json& member(const Json& object, const char* name) {
  static const Json null;
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

Json text_or_empty(const Json& object, const char* name) {
  const Json& text = member(object, name);
  return text.is_string() ? text : Json("");
}

/// A number, or null where there is none.
Json number_or_null(const Json& value) { return value.is_number() ? value : Json(); }

Json read_axis(const std::string& path, const Json& axis) {
  const Json &name = member(axis, "name"), &values = member(axis, "values"), &labels = member(axis, "labels");
  if (!name.is_string()) refuse(path, "an axis has no name");
  const std::string called = "axis " + name.get<std::string>();
  if (!values.is_array() || values.empty()) refuse(path, called + " has no values");
  for (const Json& value : values)
    if (!value.is_number()) refuse(path, called + " has a value that is no number");
  if (!labels.is_null() && !labels.is_array()) refuse(path, called + " has labels that are no list");
  for (const Json& label : labels)
    if (!label.is_string()) refuse(path, called + " has a label that is no text");
  return {{"name", name},
          {"unit", text_or_empty(axis, "unit")},
          {"values", values},
          {"labels", labels.is_array() ? labels : Json::array()}};
}

Json read_point(const std::string& path, const Json& point, const Json& axes) {
  const Json& index = member(point, "index");
  if (!index.is_array() || index.size() != axes.size()) refuse(path, "a point has not one index per axis");
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!index[i].is_number_unsigned() || index[i].get<std::uint64_t>() >= axes[i]["values"].size())
      refuse(path, "a point lies outside its axes");
  }
  const Json &predicted = member(point, "predicted_s"), &failed = member(point, "failed");
  if (!predicted.is_number() && !failed.is_string()) refuse(path, "a point has neither a predicted time nor a failure");
  return {{"index", index},
          {"predicted_s", failed.is_string() ? Json() : predicted},
          {"failed", failed.is_string() ? failed : Json()}};
}

Json parsed(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw TraceError("cannot read sweep '" + path + "': " + std::strerror(errno));
  try {
    return Json::parse(file);
  } catch (const Json::parse_error& error) {
    refuse(path, "it is not JSON (byte " + std::to_string(error.byte) + ")");
  }
}

}  // namespace

Json read_sweep(const std::string& path) {
  const Json file = parsed(path);
  const Json &axes = member(file, "axes"), &points = member(file, "points");
  if (!axes.is_array() || axes.empty()) refuse(path, "it has no axes");
  if (!points.is_array() || points.empty()) refuse(path, "it has no points");
  Json sweep = Json::object();
  for (const char* name : {"tool", "version", "trace", "platform"}) sweep[name] = text_or_empty(file, name);
  sweep["axes"] = Json::array();
  for (const Json& axis : axes) sweep["axes"].push_back(read_axis(path, axis));
  sweep["points"] = Json::array();
  for (const Json& point : points) sweep["points"].push_back(read_point(path, point, sweep["axes"]));
  sweep["baseline_s"] = number_or_null(member(file, "baseline_s"));
  return sweep;
}

}  // namespace simrec::analysis
