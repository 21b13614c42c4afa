// simreplay: predicts how long a recorded run takes on another platform.
// load → compile → simulate on the platform → simulate on the recording host's twin → report.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>
#include <optional>
#include <system_error>

#include "replayer/cli/options.h"
#include "replayer/cli/prediction.h"
#include "replayer/cli/progress.h"
#include "replayer/cli/report_json.h"
#include "replayer/cli/report_text.h"
#include "replayer/cli/twin_file.h"
#include "replayer/compile/compile.h"
#include "replayer/program/print.h"
#include "trace-format/prediction_file.h"
#include "trace-format/sha256.h"
#include "trace-format/terminal.h"
#include "trace-format/trace_reader.h"
#include "trace-format/twin.h"
#include "trace-format/units.h"

namespace {

using namespace simrec;
using namespace simrec::replay;

constexpr int kFailure = 2;

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

/// What a run is simulated on.
struct Platform {
  std::string path;
  std::string name;
  std::string sha256;
};

Platform twin_platform(const TwinFile& twin, const Header& header) {
  return {twin.path(), "the twin of " + twin_host_name(header), sha256_of(twin.text()).hex()};
}

Platform chosen_platform(const Options& options, const TwinFile& twin, const Header& header) {
  if (options.platform_path.empty()) return twin_platform(twin, header);
  return {options.platform_path, options.platform_path, sha256_of_file(options.platform_path).hex()};
}

Outcome simulate_on(const Program& program, const Platform& platform, SimulateOptions how, const Options& options) {
  Progress progress("replaying on " + platform.name, !options.quiet && is_terminal(STDERR_FILENO));
  how.progress = [&progress](double fraction) { progress.update(fraction); };
  return simulate(program, platform.path, how);
}

SimulateOptions as_asked(const Options& options) {
  SimulateOptions how;
  how.engine = options.engine;
  how.placement = options.placement;
  how.deployment_file = options.deployment_path;
  how.host_speed_flops = options.host_speed_flops;
  how.timeline = options.timeline;
  how.model = options.model;
  how.simgrid_config = options.simgrid_config;
  return how;
}

/// True if the replay asked for is the replay on the twin already.
bool is_closure_run(const Options& options) {
  return options.platform_path.empty() && options.placement.empty() && options.deployment_path.empty() &&
         options.host_speed_flops <= 0 && options.simgrid_config.empty();
}

/// Half a run has no end to compare a prediction with.
bool is_whole_run(const Trace& trace) {
  const bool bounded = trace.footer && trace.footer->truncated_by.starts_with("--");
  return !bounded && !starts_in_the_middle(trace.header);
}

std::optional<Ns> twin_time(const Program& program, const Outcome& outcome, const Platform& twin,
                            const Options& options) {
  if (!options.closure) return std::nullopt;
  if (is_closure_run(options)) return outcome.predicted_ns;
  SimulateOptions plain;
  plain.engine = options.engine;
  plain.model = options.model;
  return simulate_on(program, twin, plain, options).predicted_ns;
}

void report(const Prediction& prediction, const Options& options) {
  if (!options.output_path.empty()) write_prediction(options.output_path, prediction);
  const bool stdout_taken = options.output_path == "-";
  std::ostream& out = stdout_taken ? std::cerr : std::cout;
  if (options.json) {
    print_json(prediction.summary, out);
  } else if (!options.quiet) {
    print_summary(prediction.summary, out, wants_colour(stdout_taken ? STDERR_FILENO : STDOUT_FILENO));
  }
}

int run(const Options& options) {
  Steps steps(options.verbose);
  Trace trace = load_trace(options.trace_path);
  steps.done("read " + format_count_of(trace.event_count, "event") + " of " + options.trace_path);
  CompileOptions compiling;
  compiling.order = options.order;
  const Program program = compile(trace, compiling);
  const Header header = trace.header;
  const bool whole = is_whole_run(trace);
  trace = {};  // a program needs its memory more
  std::uint64_t operations = 0;
  for (const ProgramThread& thread : program.threads) operations += thread.ops.size();
  steps.done("compiled " + format_count_of(operations, "operation") + " of " +
             format_count_of(program.threads.size(), "thread"));
  if (options.dump_program) {
    print(program, std::cout);
    return 0;
  }
  const TwinFile twin(header);
  const Platform platform = chosen_platform(options, twin, header);
  const Outcome outcome = simulate_on(program, platform, as_asked(options), options);
  steps.done("simulated " + format_count_of(outcome.operations, "operation") + " on " + platform.name);
  const std::optional<Ns> twin_ns =
      whole ? twin_time(program, outcome, twin_platform(twin, header), options) : std::nullopt;
  if (twin_ns && !is_closure_run(options)) steps.done("simulated the twin");
  const std::string trace_sha256 = options.trace_path == "-" ? "" : sha256_of_file(options.trace_path).hex();
  report(make_prediction(program, outcome, twin_ns, {options.trace_path, trace_sha256, platform.name, platform.sha256},
                         options),
         options);
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
