// simtrace report: a prediction as one page that any browser opens without network.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/command.h"
#include "analysis/output.h"
#include "analysis/report_columns.h"
#include "analysis/report_head.h"
#include "analysis/report_page.h"
#include "analysis/sweep_file.h"
#include "trace-format/prediction_file.h"
#include "trace-format/terminal.h"

namespace simrec::analysis {
namespace {

class Report : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", path_, "Prediction made with simreplay -o (- = standard input)")
        ->required()
        ->type_name("FILE");
    app.add_option("-o,--output", output_, "Page to write (- = standard output)")
        ->capture_default_str()
        ->type_name("FILE");
    app.add_option("--sweep", sweep_, "Draw this sweep too (simreplay --sweep … --json)")->type_name("FILE");
    app.add_option("--trace", trace_, "Show where and how this trace of the prediction was recorded")
        ->type_name("TRACE");
    app.footer(
        "The page holds everything it shows: mail it, archive it, open it without network.\n"
        "Examples:\n"
        "  simreplay -o prediction.capnp trace.capnp platform.xml\n"
        "  simtrace report -o report.html prediction.capnp\n"
        "  simtrace report -o report.html --trace trace.capnp --sweep sweep.json prediction.capnp");
  }

  int run() override {
    if (output_ == "-" && is_terminal(STDOUT_FILENO)) {
      throw TraceError("a page is nothing to read in a terminal; add -o report.html and open that in a browser");
    }
    Prediction prediction = read();
    // The parts of an event loop that have no time of their own.
    std::erase_if(prediction.timelines, [](const ThreadTimeline& thread) { return thread.intervals.empty(); });
    std::vector<Column> columns = timeline_columns(prediction.timelines);
    std::vector<PathOwner> owners;
    if (prediction.path) {
      for (Column& column : path_columns(*prediction.path, owners)) columns.push_back(std::move(column));
    }
    auto head = report_head(prediction, owners);
    if (!sweep_.empty()) head["sweep"] = read_sweep(sweep_);
    if (!trace_.empty()) head["recording"] = recording_json(trace_, prediction.summary);
    Output output(output_);
    write_report_page(output.stream(), head, columns);
    output.commit();
    if (output_ != "-") std::cerr << "simtrace: " << output_ << " is ready: open it in a browser\n";
    return kSuccess;
  }

 private:
  Prediction read() const {
    try {
      return read_prediction(path_);
    } catch (const TraceError& error) {
      const std::string_view what = error.what();
      if (what.find("is a trace, not a prediction") == std::string_view::npos) throw;
      throw TraceError(std::string(what) + "; make one with `simreplay -o prediction.capnp " + path_ + "`");
    }
  }

  std::string path_, sweep_, trace_;
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_report() { return std::make_unique<Report>(); }

}  // namespace simrec::analysis
