#include "recorder/options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "recorder/launch.h"
#include "recorder/limits.h"
#include "recorder/sampler.h"
#include "trace-format/model.h"

namespace simrec::record {
namespace {

constexpr const char* kDescription = R"(Records a Linux program with all its processes and threads into one trace, which
simreplay then replays on other platforms. The program runs as always: same output,
signals and exit status.)";

constexpr const char* kFooter = R"(
Examples:
  simrec make -j2                        record a build into trace.capnp
  simrec -o redis.capnp -- sh -c 'redis-server & redis-benchmark -q; kill %1'
                                         client and server in one trace
  simrec -q -o - ./app | ssh archive 'cat > app.capnp'
                                         trace to stdout; the program's stdout goes to stderr
  simrec -p $(pgrep -o nginx) --duration 30s
                                         30 s of a server that runs already; Ctrl-C ends it, too
  simrec --max-size 100MB ./app          stop recording, not the program, at 100 MB
  simrec doctor                          can simrec record here?

Exit status: the program's own (if a signal killed it, simrec ends by the same signal);
0 with -p once detached or when all have ended;
125 if the trace could not be written or simrec itself failed, 126 if the command cannot
be executed, 127 if it is not found.

Payloads and environment variables are never stored; command lines and paths are.)";

/// CLI11 2.1 knows no usage text of one's own.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: simrec [OPTIONS] [--] PROGRAM [ARGUMENTS...]\n       simrec [OPTIONS] -p PID\n       simrec "
           "doctor\n";
  }
};

/// Below this there would be no room for anything but the tables of the end.
constexpr std::uint64_t kSmallestTrace = 64 * 1024;

std::optional<std::uint64_t> parse_trace_size(std::string_view text) {
  const auto size = parse_size(text);
  return size && *size < kSmallestTrace ? std::nullopt : size;
}

/// What is wrong with the combination of options; "" = nothing.
std::string conflict(const Options& options) {
  if (options.attach.empty()) return "";
  if (!options.command.empty()) return "-p records processes that run already: it takes no command";
  if (options.one_core) return "--one-core is for programs that simrec starts: it does not go with -p";
  for (const int pid : options.attach)
    if (pid <= 0) return "-p takes a process number; " + std::to_string(pid) + " is none";
  return "";
}

bool looks_like_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_status) {
  Options options;
  CLI::App app(kDescription, "simrec");
  app.footer(kFooter);
  app.formatter(std::make_shared<HelpFormatter>());
  app.prefix_command();
  app.add_option("-o,--output", options.output, "Trace file, '-' for stdout; replaced only by a finished recording")
      ->capture_default_str()
      ->type_name("FILE");
  app.add_flag("--no-clobber", options.no_clobber, "Refuse to replace an existing trace file");
  app.add_flag("--stacks", options.stacks, "Record the call stack of every call that waited");
  app.add_option("--sample", options.sample_hz,
                 "Interrupt long bursts of computing and record their call stacks, so often per second\n"
                 "of a thread's CPU time (1 to 1000)")
      ->type_name("HZ")
      ->check(CLI::Range(1U, Sampler::kMostHz));
  app.add_flag("--all-syscalls", options.all_syscalls, "Record every system call, not only those a replay needs");
  app.add_flag("--allow-io-uring", options.allow_io_uring,
               "Let programs use io_uring, whose operations are not recorded; else they are told there is none");
  app.add_flag("--one-core", options.one_core,
               "Keep the program and simrec on one core: far better CPU times of short bursts, but a parallel program\n"
               "runs slower and sees one core only");
  app.add_flag_callback(
      "--no-fast", [&options] { options.fast = false; },
      "Intercept every call by stopping the thread (tier 1): 10 to 100 times the cost per call");
  app.add_option(
         "--fast-after", options.fast_after,
         "Give a process the fast path after so many calls that it could take; short-lived ones never pay for it")
      ->capture_default_str()
      ->check(CLI::Range(1U, 1'000'000'000U))
      ->type_name("CALLS");
  app.add_flag("--trace-time", options.trace_time,
               "Record clock_gettime, gettimeofday and time, too: programs then make them as slow system calls");
  app.add_option("-p,--attach", options.attach,
                 "Record a process that runs already, with all its descendants (repeatable); Ctrl-C detaches")
      ->type_name("PID")
      ->allow_extra_args(false);
  const auto add_bound = [&app](const char* name, auto& value, auto parse, const char* type, const char* expected,
                                const char* help) {
    app.add_option_function<std::string>(
           name,
           [&value, parse, name, expected](const std::string& text) {
             const auto parsed = parse(text);
             if (!parsed) throw CLI::ValidationError(std::string(name), "'" + text + "' is " + expected);
             value = *parsed;
           },
           help)
        ->type_name(type);
  };
  add_bound("--duration", options.duration_ns, parse_duration, "TIME", "no time such as 10s, 500ms or 2m",
            "Stop recording after this time (10s, 500ms, 2m); the program goes on");
  add_bound("--max-size", options.max_bytes, parse_trace_size, "SIZE",
            "no size of at least 64KiB such as 100MB or 1GiB",
            "Stop recording before the trace gets larger (100MB, 1GiB); the program goes on");
  app.add_flag("-q,--quiet", options.quiet, "No summary at the end");
  app.add_flag("-v,--verbose", options.verbose, "Longer summary: losses, calls, cost of recording");
  app.set_version_flag("--version", std::string("simrec ") + SIMREC_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? 0 : kExitOwnFailure;
    return std::nullopt;
  }
  options.command = app.remaining();
  const bool separated = !options.command.empty() && options.command.front() == "--";
  if (separated) options.command.erase(options.command.begin());
  if (const std::string wrong = conflict(options); !wrong.empty()) {
    std::cerr << "simrec: " << wrong << " (--help shows more)\n";
    exit_status = kExitOwnFailure;
    return std::nullopt;
  }
  if (options.command.empty() && options.attach.empty()) {
    std::cerr << "simrec: nothing to record; give a command, as in 'simrec ls -l' (--help shows more)\n";
    exit_status = kExitOwnFailure;
    return std::nullopt;
  }
  if (!separated && !options.command.empty() && looks_like_option(options.command.front())) {
    std::cerr << "simrec: unknown option '" << options.command.front() << "' (--help lists them)\n";
    exit_status = kExitOwnFailure;
    return std::nullopt;
  }
  options.doctor = !separated && options.command.size() == 1 && options.command.front() == "doctor";
  return options;
}

std::vector<std::string> shaping_options(const Options& options) {
  std::vector<std::string> words;
  if (options.stacks) words.emplace_back("--stacks");
  if (options.sample_hz != 0) words.push_back("--sample=" + std::to_string(options.sample_hz));
  if (options.all_syscalls) words.emplace_back("--all-syscalls");
  if (!options.fast) words.emplace_back("--no-fast");
  if (options.allow_io_uring) words.emplace_back("--allow-io-uring");
  if (options.one_core) words.emplace_back("--one-core");
  if (options.trace_time) words.emplace_back("--trace-time");
  for (const int pid : options.attach) words.push_back(std::string(kAttachOption) + "=" + std::to_string(pid));
  return words;
}

}  // namespace simrec::record
