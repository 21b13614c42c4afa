// simtrace export: a timeline for other tools.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "analysis/command.h"
#include "analysis/file_kind.h"
#include "analysis/output.h"
#include "analysis/timeline.h"
#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

/// The formats by name. To add one: a sink in its own file, declared in timeline.h, and a row here.
struct Format {
  const char* name;
  std::unique_ptr<TimelineSink> (*make)(std::ostream&);
};
constexpr Format kFormats[] = {{"perfetto", make_perfetto_sink}, {"csv", make_csv_sink}, {"json", make_json_sink}};

class Export : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", path_, "Trace, or prediction made with simreplay -o")->required()->type_name("FILE");
    std::vector<std::string> names;
    for (const Format& format : kFormats) names.emplace_back(format.name);
    app.add_option("-f,--format", format_, "perfetto (JSON for ui.perfetto.dev), csv, or json (lines)")
        ->capture_default_str()
        ->type_name("FORMAT")
        ->check(CLI::IsMember(names));
    app.add_option("-o,--output", output_, "File to write (- = standard output)")
        ->capture_default_str()
        ->type_name("FILE");
    app.footer(
        "Examples:\n"
        "  simtrace export -o timeline.json trace.capnp         open it at https://ui.perfetto.dev\n"
        "  simtrace export -f csv prediction.capnp > slices.csv");
  }

  int run() override {
    Output output(output_);
    const Format* format =
        std::find_if(std::begin(kFormats), std::end(kFormats), [&](const Format& f) { return f.name == format_; });
    const auto sink = format->make(output.stream());
    std::string incomplete;
    if (kind_of_file(path_) == FileKind::prediction) {
      timeline_of_prediction(path_, *sink);
    } else {
      incomplete = timeline_of_trace(path_, *sink);
    }
    output.commit();
    if (incomplete.empty()) return kSuccess;
    std::cerr << "simtrace: warning: " << incomplete << '\n';
    return kIncomplete;
  }

 private:
  std::string path_;
  std::string format_ = "perfetto";
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_export() { return std::make_unique<Export>(); }

}  // namespace simrec::analysis
