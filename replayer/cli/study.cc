#include "replayer/cli/study.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <thread>

#include "replayer/cli/prediction.h"
#include "replayer/cli/progress.h"
#include "replayer/cli/scenario.h"
#include "replayer/cli/study_text.h"
#include "replayer/cli/text_file.h"
#include "replayer/cli/usage_error.h"
#include "replayer/program/op_store.h"
#include "replayer/whatif/sweep_output.h"
#include "trace-format/output_file.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"

namespace simrec::replay {
namespace {

/// Programs with more operations stay in their file: every replay reads them itself.
constexpr std::uint64_t kMostInMemory = 20'000'000;

enum class Form : std::uint8_t { text, csv, json, svg };

struct FormName {
  const char* ending;
  Form form;
};
constexpr std::array kForms = {FormName{".csv", Form::csv}, FormName{".json", Form::json}, FormName{".svg", Form::svg},
                               FormName{".txt", Form::text}};

/// Devices and pipes have no ending, and are opened once.
bool is_special(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error) &&
         !std::filesystem::is_directory(path, error);
}

/// A name that cannot be written should not cost anybody an hour of replays.
void check_writable(const std::string& path) {
  if (!path.empty() && path != "-" && !is_special(path)) OutputFile(path, Unfinished::remove);
}

/// A sweep is rows for programs, unless somebody is looking.
Form form_of(const Options& options) {
  for (const FormName& name : kForms) {
    if (!options.output_path.ends_with(name.ending)) continue;
    if (options.json && name.form != Form::json)
      throw UsageError("--json and -o '" + options.output_path +
                       "' contradict each other: the ending says what is written");
    return name.form;
  }
  if (options.json) return Form::json;
  const bool sweep = !options.what_if.sweep.empty();
  const bool watched = options.output_path.empty() && is_terminal(STDOUT_FILENO);
  if (!options.output_path.empty() && options.output_path != "-" && !is_special(options.output_path))
    throw UsageError("-o '" + options.output_path + "': for a study the file's ending says what is written: " +
                     (sweep ? ".csv, .json, .svg or .txt" : ".json or .txt"));
  return sweep && !watched ? Form::csv : Form::text;
}

void check_form(const Options& options, Form form) {
  if (options.what_if.sweep.empty() && (form == Form::csv || form == Form::svg))
    throw UsageError("-o '" + options.output_path + "': only a --sweep makes a table of points; use .json or .txt");
}

void write(const std::string& path, const std::string& text) {
  if (path.empty()) {
    std::cout << text;
  } else {
    write_text(path, text);
  }
}

void remark(const Options& options, const std::string& text) {
  if (!options.quiet) std::cerr << "simreplay: " << text << '\n';
}

bool asks_for_functions(const WhatIf& what_if) {
  return what_if.sensitivity || (what_if.target && what_if.target->by.scope == ScopeKind::function) ||
         std::ranges::any_of(what_if.sweep, [](const Axis& a) { return a.knob.scope == ScopeKind::function; });
}

/// Nothing crosses a network: that is worth saying, not a flat curve.
void remark_on_flat(const Options& options, const Sweep& sweep) {
  const bool network = std::ranges::any_of(sweep.axes, [](const Axis& a) { return is_network(a.knob); });
  const bool flat = std::ranges::all_of(sweep.points, [&](const SweepPoint& p) {
    return p.failure.empty() && p.predicted_ns == sweep.baseline.predicted_ns;
  });
  if (flat && network)
    remark(options,
           "the network makes no difference: no process talks to another over it there; place them with --place "
           "or --split");
}

void print(const Sweep& sweep, Form form, const StudySource& source, std::ostream& out) {
  switch (form) {
    case Form::text:
      return print_text(sweep, source, out);
    case Form::csv:
      return print_csv(sweep, out);
    case Form::json:
      return print_json(sweep, source, out);
    case Form::svg:
      return print_svg(sweep, source, out);
  }
}

/// What a search that ended nowhere came to; empty after others.
Prediction at_limit(const TargetAnswer& answer, const Program& program, const Options& options) {
  if (answer.search.end != Search::End::unreachable) return {};
  return make_prediction(program, answer.at_limit, std::nullopt, {}, options);
}

std::size_t failures(const Sweep& sweep) {
  return static_cast<std::size_t>(
      std::ranges::count_if(sweep.points, [](const SweepPoint& p) { return !p.failure.empty(); }));
}

}  // namespace

void run_study(const Options& options, const SavedProgram& compiled, const std::function<FunctionStudy()>& functions) {
  const WhatIf& what_if = options.what_if;
  const Form form = form_of(options);
  check_form(options, form);
  check_writable(options.output_path);
  const Scenario scenario(options, compiled);
  for (const std::string& text : scenario.remarks()) remark(options, text);
  if (!what_if.dump_platform_path.empty()) write_text(what_if.dump_platform_path, scenario.document().text());
  std::optional<WholeProgram> whole;
  if (operations(compiled.program) <= kMostInMemory) whole.emplace(compiled.program);
  const Program& program = whole ? **whole : compiled.program;
  const PlatformDocument platform = scenario.document();
  const FunctionStudy code = asks_for_functions(what_if) ? functions() : FunctionStudy{};

  std::optional<Progress> bar;
  bar.emplace("replaying on " + scenario.platform().name, !options.quiet && is_terminal(STDERR_FILENO));
  const std::size_t jobs = what_if.jobs > 0 ? what_if.jobs : std::max(1U, std::thread::hardware_concurrency());
  const Bench bench{
      program,       platform, scenario.simulation(), jobs, [&bar](double fraction) { bar->update(fraction); },
      code.recompile};
  const StudySource source{compiled.source.trace_name, scenario.platform().name};
  std::ostringstream out;
  if (options.output_path.empty()) set_line_width(out, terminal_width(STDOUT_FILENO));
  if (what_if.target) {
    const TargetAnswer answer = reach(bench, *what_if.target);
    const Prediction limit = at_limit(answer, program, options);
    if (form == Form::json)
      print_json(answer, limit, source, out);
    else
      print_text(answer, limit, source, out, options.output_path.empty() && wants_colour(STDOUT_FILENO));
  } else if (what_if.sensitivity) {
    const Effects effects = measure_effects(bench, code.names);
    form == Form::json ? print_json(effects, source, out) : print_text(effects, source, out);
    for (const std::string& text : effects.remarks) remark(options, text);
  } else {
    const Sweep sweep = run_sweep(bench, what_if.sweep);
    print(sweep, form, source, out);
    remark_on_flat(options, sweep);
    if (const std::size_t failed = failures(sweep); failed > 0)
      remark(options, std::to_string(failed) + " of " + std::to_string(sweep.points.size()) +
                          " points failed; their rows say why");
  }
  bar.reset();  // erases itself
  write(options.output_path, out.str());
}

}  // namespace simrec::replay
