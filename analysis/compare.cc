// simtrace compare: what changed between two runs, by cause.
#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/command.h"
#include "analysis/comparison.h"
#include "analysis/output.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/trace_error.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

using Json = nlohmann::ordered_json;

std::string value_text(Unit unit, std::int64_t value) {
  const auto magnitude = static_cast<std::uint64_t>(value < 0 ? -value : value);
  switch (unit) {
    case Unit::time:
      return format_duration(static_cast<Ns>(magnitude));
    case Unit::bytes:
      return format_bytes(magnitude);
    default:
      return format_count(magnitude);
  }
}

std::string cell(const Change& change, std::int64_t value) { return value == 0 ? "-" : value_text(change.unit, value); }

std::string difference_text(const Change& change) {
  const std::int64_t difference = change.difference();
  if (difference == 0) return "";
  return (difference > 0 ? "+" : "-") + value_text(change.unit, difference);
}

/// "+12.5 %", "×88.5" where percents would be hard to read.
std::string relative_text(const Change& change) {
  if (change.difference() == 0) return "";
  if (change.a == 0) return "new";
  if (change.b == 0) return "gone";
  const double ratio = static_cast<double>(change.b) / static_cast<double>(change.a);
  if (ratio < 10) return format_signed_percent(ratio - 1);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "×%.*f", ratio < 100 ? 1 : 0, ratio);
  return text.data();
}

class Page {
 public:
  Page(std::ostream& out, const Paint& paint, std::size_t rows, bool all)
      : out_(out), paint_(paint), rows_(rows), all_(all) {}

  void runs(const RunProfile& a, const RunProfile& b) const {
    constexpr std::size_t kWidth = 110;
    const bool one_program = a.program == b.program;
    if (one_program && !a.program.empty()) out_ << paint_.bold(shortened(printable(a.program), kWidth)) << '\n';
    TextTable table({{"", Align::left}, {"", Align::left}, {"", Align::left}, {"", Align::left, kWidth}});
    const auto add = [&](const char* letter, const RunProfile& run) {
      table.add({letter, printable(run.path),
                 (run.kind == FileKind::trace ? "recorded on " : "predicted: ") + printable(run.source),
                 one_program ? "" : printable(run.program)});
    };
    add("A", a);
    add("B", b);
    table.print(out_);
  }

  void totals(const std::vector<Change>& changes) const {
    out_ << '\n';
    TextTable table({{"", Align::left}, {"A"}, {"B"}, {"DIFFERENCE"}, {"%"}});
    for (const Change& change : changes)
      table.add({change.cause, cell(change, change.a), cell(change, change.b), painted(change, difference_text(change)),
                 painted(change, relative_text(change))});
    table.print(out_, "  ");
  }

  void changes(const char* title, const std::vector<Change>& changes) const {
    TextTable table({{"DIFFERENCE"}, {"%"}, {"A"}, {"B"}, {"CAUSE", Align::left}, {"", Align::left, 64}});
    std::size_t shown = 0, small = 0;
    for (const Change& change : changes) {
      if (!change.matters && !all_) {
        ++small;
      } else if (rows_ == 0 || shown < rows_) {
        ++shown;
        table.add({painted(change, difference_text(change)), painted(change, relative_text(change)),
                   cell(change, change.a), cell(change, change.b), change.cause, printable(change.who)});
      }
    }
    if (changes.empty()) return;
    out_ << '\n' << paint_.bold(title) << '\n';
    if (shown > 0) table.print(out_, "  ");
    const std::size_t more = changes.size() - shown - small;
    if (more > 0) out_ << "  … and " << more << " more (-n 0 shows all)\n";
    if (small > 0)
      out_ << "  " << paint_.dim("… and " + format_count_of(small, "change") + " below the threshold (--all)") << '\n';
  }

 private:
  std::string painted(const Change& change, const std::string& text) const {
    if (!change.matters || text.empty()) return text;
    return change.difference() < 0 ? paint_.good(text) : paint_.warning(text);
  }

  std::ostream& out_;
  const Paint& paint_;
  std::size_t rows_;
  bool all_;
};

Json run_json(const RunProfile& run) {
  return {{"file", run.path}, {"program", run.program}, {"source", run.source}, {"wall_ns", run.wall_ns}};
}

/// `who` names the member that says whose time it is.
Json changes_json(const std::vector<Change>& changes, const char* who) {
  constexpr const char* kUnits[] = {"ns", "bytes", "count"};
  Json list = Json::array();
  for (const Change& change : changes) {
    Json entry = {{"cause", change.cause}};
    if (!change.who.empty()) entry[who] = change.who;
    entry["unit"] = kUnits[static_cast<std::size_t>(change.unit)];
    entry["a"] = change.a;
    entry["b"] = change.b;
    entry["difference"] = change.difference();
    entry["above_threshold"] = change.matters;
    list.push_back(std::move(entry));
  }
  return list;
}

class Compare : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("a", paths_[0], "Trace or prediction")->required()->type_name("A");
    app.add_option("b", paths_[1], "Another of the same kind")->required()->type_name("B");
    app.add_option("-t,--threshold", percent_, "What changes by less than this part of the wall time is noise")
        ->capture_default_str()
        ->type_name("PERCENT");
    app.add_option("-n,--top", rows_, "Rows of each table (0 = all)")->capture_default_str()->type_name("ROWS");
    app.add_flag("--all", all_, "Show changes below the threshold, too");
    app.add_flag("--json", json_, "JSON instead of tables");
    app.footer(
        "Differences are B minus A; times are summed over threads, but for the wall time and the critical path.\n"
        "Processes are matched by name and order. Waiting: core = runnable without a core; events = in poll, select\n"
        "or epoll (traces only, which do not know for what).\n"
        "Exit status, as diff's: 0 no time changed by more than the threshold, 1 some did, 2 not comparable or "
        "trouble.\n"
        "Examples:\n"
        "  simtrace compare before.capnp after.capnp\n"
        "  simtrace compare twin-prediction.capnp wan-prediction.capnp\n"
        "  simtrace compare -t 5 a.capnp b.capnp > /dev/null || echo slower or faster");
  }

  int run() override {
    if (!(percent_ >= 0) || !std::isfinite(percent_))
      throw TraceError("--threshold is a part of the wall time in percent, such as 1 or 0.5");
    if (paths_[0] == "-" && paths_[1] == "-") throw TraceError("only one of the two files can be standard input");
    const RunProfile a = load_run(paths_[0]), b = load_run(paths_[1]);
    const Comparison comparison = compare_runs(a, b, percent_ / 100);
    for (const std::string& note : comparison.notes) std::cerr << "simtrace: note: " << printable(note) << '\n';
    Output output("-");
    print(output.stream(), a, b, comparison);
    output.commit();
    return comparison.same ? kSame : kDifferent;
  }

 private:
  enum Verdict : int { kSame = 0, kDifferent = 1 };

  void print(std::ostream& out, const RunProfile& a, const RunProfile& b, const Comparison& comparison) const {
    if (json_) {
      const Json json = {{"a", run_json(a)},
                         {"b", run_json(b)},
                         {"same", comparison.same},
                         {"threshold", percent_ / 100},
                         {"totals", changes_json(comparison.totals, "who")},
                         {"processes", changes_json(comparison.processes, "process")},
                         {"critical_path", changes_json(comparison.critical_path, "who")},
                         {"notes", comparison.notes}};
      out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
      return;
    }
    const Paint paint(wants_colour(1));
    const Page page(out, paint, rows_, all_);
    page.runs(a, b);
    page.totals(comparison.totals);
    page.changes("Critical path", comparison.critical_path);
    page.changes("Time by process and cause", comparison.processes);
  }

  std::string paths_[2];
  double percent_ = 1;
  std::size_t rows_ = 15;
  bool all_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_compare() { return std::make_unique<Compare>(); }

}  // namespace simrec::analysis
