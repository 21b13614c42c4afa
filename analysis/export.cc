// simtrace export: a timeline for other tools.
#include <CLI/CLI.hpp>
#include <iostream>

#include "analysis/command.h"
#include "analysis/file_kind.h"
#include "analysis/output.h"
#include "analysis/timeline_formats.h"
#include "trace-format/trace_error.h"

namespace simrec::analysis {
namespace {

std::string format_list() {
  std::string text = "Formats, and the extensions that choose them:\n";
  for (const TimelineFormat& format : timeline_formats()) {
    std::string extensions(format.extensions);
    for (std::size_t at = extensions.find('.', 1); at != std::string::npos; at = extensions.find('.', at + 2))
      extensions.insert(at, " ");
    std::string row = "  " + std::string(format.name);
    row.resize(std::max<std::size_t>(row.size() + 1, 13), ' ');
    row += extensions;
    row.resize(std::max<std::size_t>(row.size() + 1, 32), ' ');
    text += row + std::string(format.description) + "\n";
  }
  return text;
}

class Export : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", path_, "Trace, or prediction made with simreplay -o")->required()->type_name("FILE");
    app.add_option("-f,--format", format_, "One of those below; default: by the extension of -o, else perfetto")
        ->type_name("FORMAT");
    app.add_option("-o,--output", output_, "File to write (- = standard output)")
        ->capture_default_str()
        ->type_name("FILE");
    app.footer(
        format_list() +
        "Weights of folded stacks are nanoseconds. With samples (simrec --sample) they are CPU time by stack and\n"
        "waiting by call, else time by call; calls have their stacks with simrec --stacks.\n"
        "Examples:\n"
        "  simtrace export -o timeline.json trace.capnp         open it at https://ui.perfetto.dev\n"
        "  simtrace export -f csv prediction.capnp > slices.csv\n"
        "  simtrace export -o run.paje prediction.capnp         vite run.paje\n"
        "  simtrace export -f dot trace.capnp | dot -Tsvg -o who-talks-to-whom.svg\n"
        "  simtrace export -f folded trace.capnp | flamegraph.pl --countname ns > flames.svg");
  }

  int run() override {
    const TimelineFormat& format = format_.empty() ? timeline_format_of_file(output_) : timeline_format(format_);
    const std::string incomplete = format.make_folder != nullptr ? write_folder(format) : write_file(format);
    if (incomplete.empty()) return kSuccess;
    std::cerr << "simtrace: warning: " << incomplete << '\n';
    return kIncomplete;
  }

 private:
  /// Both return what the trace lacks, "" for a whole one.
  std::string write_file(const TimelineFormat& format) const {
    Output output(output_);
    std::string incomplete = walk(*format.make(output.stream()));
    output.commit();
    return incomplete;
  }

  std::string write_folder(const TimelineFormat& format) const {
    if (output_ == "-")
      throw TraceError(std::string(format.name) + " is a folder of files: name it with -o, e.g. -o run.otf2");
    return walk(*format.make_folder(output_));
  }

  std::string walk(TimelineSink& sink) const {
    if (kind_of_file(path_) != FileKind::prediction) return timeline_of_trace(path_, sink);
    timeline_of_prediction(path_, sink);
    return "";
  }

  std::string path_;
  std::string format_;
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_export() { return std::make_unique<Export>(); }

}  // namespace simrec::analysis
