// The formats of `simtrace export`. To add one: a TimelineSink in its own file, a make_… function here, a row in
// timeline_formats.cc.
#pragma once

#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "analysis/timeline.h"

namespace simrec::analysis {

struct TimelineFormat {
  std::string_view name;
  std::string_view extensions;   ///< of files, each with its point, one after the other: ".dot.gv"
  std::string_view description;  ///< for --help
  std::unique_ptr<TimelineSink> (*make)(std::ostream& out);
  /// Of a format that is a folder, instead of `make`; the folder appears at end(). Throws TraceError.
  std::unique_ptr<TimelineSink> (*make_folder)(const std::string& path) = nullptr;
};

/// All formats; the first is the default.
std::span<const TimelineFormat> timeline_formats();

/// The format of that name. Throws TraceError, naming the nearest one.
const TimelineFormat& timeline_format(std::string_view name);

/// The format a file of that name usually has, the default if its extension says nothing.
const TimelineFormat& timeline_format_of_file(std::string_view path);

std::unique_ptr<TimelineSink> make_perfetto_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_csv_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_json_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_paje_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_folded_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_dot_sink(std::ostream& out);
std::unique_ptr<TimelineSink> make_otf2_folder(const std::string& path);

}  // namespace simrec::analysis
