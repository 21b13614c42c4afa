// simreplay: predicts how long a recorded run takes on another platform.
// load → compile (or open a saved program) → simulate on the platform → simulate on the recording host's twin →
// simulate what the trace cannot tell otherwise → judge → report.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>
#include <optional>
#include <system_error>

#include "replayer/cli/conclusion.h"
#include "replayer/cli/options.h"
#include "replayer/cli/prediction.h"
#include "replayer/cli/progress.h"
#include "replayer/cli/report_json.h"
#include "replayer/cli/report_text.h"
#include "replayer/cli/scenario.h"
#include "replayer/cli/study.h"
#include "replayer/cli/text_file.h"
#include "replayer/compile/compile.h"
#include "replayer/program/op_store.h"
#include "replayer/program/print.h"
#include "replayer/program/program_file.h"
#include "trace-format/compiled_codec.h"
#include "trace-format/prediction_file.h"
#include "trace-format/sha256.h"
#include "trace-format/terminal.h"
#include "trace-format/text_table.h"
#include "trace-format/trace_reader.h"
#include "trace-format/units.h"

namespace {

using namespace simrec;
using namespace simrec::replay;

constexpr int kFailure = 2;
constexpr std::size_t kMostFunctions = 12;  ///< of each kind that --sensitivity looks at
constexpr const char* kByArrival = "arrival";
constexpr const char* kByRecording = "recorded";

std::vector<FunctionSpeed> function_speeds(const std::vector<Change>& changes) {
  std::vector<FunctionSpeed> speeds;
  for (const Change& change : changes)
    if (change.knob.scope == ScopeKind::function) speeds.push_back({change.knob.pattern, change.amount.value});
  return speeds;
}

/// Tells on standard error what took how long, with --verbose.
class Steps {
 public:
  explicit Steps(bool shown) : shown_(shown), since_(Clock::now()) {}
  void done(const std::string& what) {
    const Clock::time_point now = Clock::now();
    if (shown_)
      std::cerr << "simreplay: " << what << " in " << format_duration(std::chrono::nanoseconds(now - since_).count())
                << '\n';
    since_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool shown_;
  Clock::time_point since_;
};

Outcome simulate_on(const Program& program, const NamedPlatform& platform, SimulateOptions how,
                    const Options& options) {
  Progress progress("replaying on " + platform.name, !options.quiet && is_terminal(STDERR_FILENO));
  how.progress = [&progress](double fraction) { progress.update(fraction); };
  try {
    return simulate(program, platform.path, how);
  } catch (const ReplayError& error) {
    throw ReplayError(with_platform_name(error.what(), platform.name));
  }
}

/// Half a run has no end to compare a prediction with.
bool is_whole_run(const Trace& trace) {
  const bool bounded = trace.footer && trace.footer->truncated_by.starts_with("--");
  return !bounded && !starts_in_the_middle(trace.header);
}

std::string operations_of(const Program& program) {
  return format_count_of(operations(program), "operation") + " of " + format_count_of(program.threads.size(), "thread");
}

/// Without the what-ifs that change functions.
Program compiled_as_recorded(const Options& options) {
  CompileOptions compiling;
  compiling.order = options.order.value_or(Order::arrival);
  return compile(load_trace(options.trace_path), compiling);
}

std::optional<Outcome> twin_run(const Program& program, const Outcome& outcome, const Scenario& scenario,
                                const Options& options) {
  if (!options.closure) return std::nullopt;
  if (scenario.is_closure_run()) return outcome;
  SimulateOptions plain;
  plain.engine = options.engine;
  plain.model = options.model;
  if (function_speeds(options.what_if.changes).empty()) return simulate_on(program, scenario.twin(), plain, options);
  return simulate_on(compiled_as_recorded(options), scenario.twin(), plain, options);
}

/// How the validity meter replays otherwise: as asked, without timeline.
Laboratory laboratory(const Scenario& scenario, const Options& options) {
  Laboratory lab;
  if (!options.validity) return lab;
  lab.replay = [&](const Program& other) {
    SimulateOptions how = scenario.simulation();
    how.timeline = false;
    return simulate_on(other, scenario.platform(), how, options);
  };
  if (options.trace_path != "-" && !is_compiled_program(options.trace_path))
    lab.compile = [trace = std::optional<Trace>(), &options](Order order, Spins spins) mutable {
      if (!trace) trace = load_trace(options.trace_path);
      CompileOptions compiling;
      compiling.order = order;
      compiling.spins = spins;
      compiling.functions = function_speeds(options.what_if.changes);
      return compile(*trace, compiling);
    };
  return lab;
}

void report(const Prediction& prediction, const Options& options) {
  if (!options.output_path.empty()) write_prediction(options.output_path, prediction);
  const bool stdout_taken = options.output_path == "-" || options.what_if.dump_platform_path == "-";
  std::ostream& out = stdout_taken ? std::cerr : std::cout;
  if (options.json) {
    print_json(prediction, out);
  } else if (!options.quiet) {
    const int descriptor = stdout_taken ? STDERR_FILENO : STDOUT_FILENO;
    set_line_width(out, terminal_width(descriptor));
    print_summary(prediction, out, wants_colour(descriptor));
  }
}

SavedProgram compile_trace(const Options& options, Steps& steps) {
  SavedProgram compiled;
  {
    Trace trace = load_trace(options.trace_path);
    steps.done("read " + format_count_of(trace.event_count, "event") + " of " + options.trace_path);
    CompileOptions compiling;
    compiling.order = options.order.value_or(Order::arrival);
    compiling.functions = function_speeds(options.what_if.changes);
    compiled.program = compile(trace, compiling);
    compiled.source.header = trace.header;
    compiled.source.whole_run = is_whole_run(trace);
  }  // a program needs the trace's memory more
  compiled.source.trace_name = options.trace_path;
  if (options.trace_path != "-") compiled.source.trace_sha256 = sha256_of_file(options.trace_path).hex();
  compiled.source.order = options.order == Order::recorded ? kByRecording : kByArrival;
  steps.done("compiled " + operations_of(compiled.program));
  return compiled;
}

SavedProgram open_saved(const Options& options, Steps& steps) {
  if (!function_speeds(options.what_if.changes).empty())
    throw UsageError(options.trace_path + " is a saved program, which does not know functions: give the trace");
  SavedProgram saved = open_program(options.trace_path);
  if (options.order && (options.order == Order::recorded) != (saved.source.order == kByRecording))
    throw UsageError(options.trace_path + " was compiled with --order " + saved.source.order +
                     ": for another order compile the trace again");
  steps.done("opened " + operations_of(saved.program) + " in " + options.trace_path);
  return saved;
}

SavedProgram program_of(const Options& options, Steps& steps) {
  return is_compiled_program(options.trace_path) ? open_saved(options, steps) : compile_trace(options, steps);
}

Sensitivity sensitivity_of(const SavedProgram& compiled, const Outcome& outcome, const Scenario& scenario,
                           const Options& options) {
  const Order order = compiled.source.order == kByRecording ? Order::recorded : Order::arrival;
  const Laboratory lab = laboratory(scenario, options);
  if (options.validity && outcome.operations <= kMostOperations)
    return measure_sensitivity(*WholeProgram(compiled.program), outcome, order, lab);
  return measure_sensitivity(compiled.program, outcome, order, lab);
}

Replayed replay(const Options& options, Steps& steps) {
  const SavedProgram compiled = program_of(options, steps);
  const auto& [program, source] = compiled;
  const Scenario scenario(options, compiled);
  const NamedPlatform& platform = scenario.platform();
  for (const std::string& remark : scenario.remarks())
    if (!options.quiet) std::cerr << "simreplay: " << remark << '\n';
  if (!options.what_if.dump_platform_path.empty())
    write_text(options.what_if.dump_platform_path, scenario.document().text());
  SimulateOptions how = scenario.simulation();
  how.path_steps = options.path_steps;
  const Outcome outcome = simulate_on(program, platform, how, options);
  steps.done("simulated " + format_count_of(outcome.operations, "operation") + " on " + platform.name);
  const std::optional<Outcome> twin_outcome =
      source.whole_run ? twin_run(program, outcome, scenario, options) : std::nullopt;
  if (twin_outcome && !scenario.is_closure_run()) steps.done("simulated the twin");
  const Sensitivity sensitivity = sensitivity_of(compiled, outcome, scenario, options);
  if (options.validity) steps.done("simulated otherwise what the trace cannot tell");
  const auto twin_ns = twin_outcome ? std::optional(twin_outcome->predicted_ns) : std::nullopt;
  const double speed = options.host_speed_flops > 0 ? options.host_speed_flops : program.recorded_speed_flops;
  return {
      make_prediction(program, outcome, twin_ns,
                      {source.trace_name, source.trace_sha256, source.order, platform.name, platform.sha256}, options),
      gather(program, outcome, twin_outcome, sensitivity, speed)};
}

/// --dump-program and --save-program: nothing is simulated. False: neither was asked for.
bool only_compile(const Options& options, Steps& steps) {
  if (!options.dump_program && options.save_program_path.empty()) return false;
  const auto [program, source] = program_of(options, steps);
  if (options.dump_program) {
    print(*WholeProgram(program), std::cout);
  } else {
    save_program(options.save_program_path, *WholeProgram(program), source);
    steps.done("saved the program");
  }
  return true;
}

/// The trace once more, for what depends on its functions.
FunctionStudy functions_of(const Options& options) {
  if (options.trace_path == "-" || is_compiled_program(options.trace_path)) return {};
  const auto trace = std::make_shared<const Trace>(load_trace(options.trace_path));
  FunctionStudy study{functions_worth_a_look(*trace, kMostFunctions), {}};
  if (study.names.empty()) return {};
  study.recompile = [trace, &options](const std::vector<Change>& changes) {
    CompileOptions compiling;
    compiling.order = options.order.value_or(Order::arrival);
    compiling.functions = function_speeds(options.what_if.changes);
    for (FunctionSpeed& speed : function_speeds(changes)) compiling.functions.push_back(std::move(speed));
    return std::make_shared<const Program>(compile(*trace, compiling));
  };
  return study;
}

/// --sweep, --target, --sensitivity: an answer instead of a prediction.
bool only_study(const Options& options, Steps& steps) {
  if (!options.what_if.is_study()) return false;
  run_study(options, program_of(options, steps), [&] { return functions_of(options); });
  steps.done("replayed");
  return true;
}

int run(const Options& options) {
  Steps steps(options.verbose);
  if (only_compile(options, steps) || only_study(options, steps)) return 0;
  std::vector<Replayed> recordings;
  recordings.push_back(replay(options, steps));
  for (const std::string& trace : options.other_traces) {
    Options one = options;
    one.trace_path = trace;
    recordings.push_back(replay(one, steps));
  }
  report(conclude(std::move(recordings)), options);
  return 0;
}

int fail(const std::string& message) {
  std::cerr << "simreplay: " << message << '\n';
  return kFailure;
}

/// Standard output may be a full disk; one that nobody reads any more is no error.
int flush_output(int status) {
  errno = 0;
  std::cout.flush();
  if (std::cout || errno == EPIPE) return status;
  return fail("cannot write standard output: " + std::generic_category().message(errno));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    const std::optional<Options> options = parse_options(argc, argv);
    return flush_output(options ? run(*options) : 0);
  } catch (const UsageError& error) {
    return fail(error.what());
  } catch (const TraceError& error) {
    return fail(error.what());
  } catch (const ReplayError& error) {
    return fail(error.what());
  } catch (const std::system_error& error) {
    return fail(error.what());
  } catch (const std::bad_alloc&) {
    return fail("out of memory: this trace needs more than there is");
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what() + "; please report it with the command line");
  }
}
