#include "analysis/timeline_formats.h"

#include <algorithm>
#include <vector>

#include "trace-format/closest.h"
#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

constexpr TimelineFormat kFormats[] = {
    {"perfetto", ".json", "timeline for https://ui.perfetto.dev and chrome://tracing", make_perfetto_sink},
    {"csv", ".csv", "a row per slice, for spreadsheets, R, pandas", make_csv_sink},
    {"json", ".jsonl.ndjson", "JSON lines: an object per slice, event, flow and stream", make_json_sink},
    {"paje", ".paje.trace", "timeline for ViTE, PajeNG and other readers of Pajé traces", make_paje_sink},
    {"folded", ".folded.collapsed", "folded stacks (ns) for flame graphs: process;thread;function;…", make_folded_sink},
    {"dot", ".dot.gv", "Graphviz: processes and what they sent each other", make_dot_sink},
    {"otf2", ".otf2", "Open Trace Format 2, for Vampir and Scalasca; -o names a folder", nullptr, make_otf2_folder},
};

/// True if `extensions` (".dot.gv") has `extension` (".gv").
bool has_extension(std::string_view extensions, std::string_view extension) {
  const std::size_t at = extensions.find(extension);
  if (at == std::string_view::npos) return false;
  const std::size_t end = at + extension.size();
  return end == extensions.size() || extensions[end] == '.';
}

}  // namespace

std::span<const TimelineFormat> timeline_formats() { return kFormats; }

const TimelineFormat& timeline_format(std::string_view name) {
  std::vector<std::string> names;
  std::string list;
  for (const TimelineFormat& format : kFormats) {
    if (format.name == name) return format;
    names.emplace_back(format.name);
    list += (list.empty() ? "" : ", ") + names.back();
  }
  throw TraceError("there is no format '" + std::string(name) + "'" + suggestion(name, names) + " (formats: " + list +
                   ")");
}

const TimelineFormat& timeline_format_of_file(std::string_view path) {
  const std::size_t point = path.rfind('.');
  if (point == std::string_view::npos || path.find('/', point) != std::string_view::npos) return kFormats[0];
  const std::string_view extension = path.substr(point);
  if (extension.size() < 2) return kFormats[0];
  const auto format = std::ranges::find_if(
      kFormats, [&](const TimelineFormat& candidate) { return has_extension(candidate.extensions, extension); });
  return format == std::end(kFormats) ? kFormats[0] : *format;
}

}  // namespace simrec::analysis
