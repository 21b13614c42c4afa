// simtrace info: what a trace holds, or what a prediction says, on one screen.
#include <CLI/CLI.hpp>

#include "analysis/command.h"
#include "analysis/file_kind.h"
#include "analysis/info_json.h"
#include "analysis/info_prediction.h"
#include "analysis/info_text.h"
#include "analysis/output.h"
#include "analysis/statistics.h"
#include "trace-format/prediction_file.h"
#include "trace-format/terminal.h"

namespace simrec::analysis {
namespace {

class Info : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("file", path_, "Trace (- = standard input) or prediction to summarise")
        ->required()
        ->type_name("FILE");
    app.add_option("-n,--top", shown_.rows, "Rows of each table (0 = all)")->capture_default_str()->type_name("ROWS");
    app.add_flag("--json", json_, "JSON instead of text");
    app.footer(
        "Computing times have the calibrated cost of tracing removed; blocked times are as recorded.\n"
        "Examples:\n"
        "  simtrace info trace.capnp\n"
        "  simtrace info prediction.capnp\n"
        "  simtrace info --json trace.capnp | jq .processes");
  }

  int run() override {
    if (kind_of_file(path_) == FileKind::prediction) return show_prediction();
    const Statistics statistics = collect_statistics(path_);
    Output output("-");
    if (json_) {
      print_info_json(output.stream(), path_, statistics);
    } else {
      shown_.colour = wants_colour(1);
      print_info(output.stream(), path_, statistics, shown_);
    }
    output.commit();
    return statistics.incomplete.empty() ? kSuccess : kIncomplete;
  }

 private:
  int show_prediction() {
    const Prediction prediction = read_prediction(path_);
    Output output("-");
    if (json_) {
      print_prediction_info_json(output.stream(), path_, prediction);
    } else {
      shown_.colour = wants_colour(1);
      print_prediction_info(output.stream(), path_, prediction, shown_);
    }
    output.commit();
    return kSuccess;
  }

  std::string path_;
  InfoOptions shown_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_info() { return std::make_unique<Info>(); }

}  // namespace simrec::analysis
