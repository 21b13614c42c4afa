#include "recorder/options.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "recorder/launch.h"
#include "recorder/sampler.h"

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
  simrec doctor                          can simrec record here?

Exit status: the program's own (if a signal killed it, simrec ends by the same signal);
125 if the trace could not be written or simrec itself failed, 126 if the command cannot
be executed, 127 if it is not found.

Payloads and environment variables are never stored; command lines and paths are.)";

/// CLI11 2.1 knows no usage text of one's own.
class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: simrec [OPTIONS] [--] PROGRAM [ARGUMENTS...]\n       simrec doctor\n";
  }
};

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
  app.add_flag("--one-core", options.one_core,
               "Keep the program and simrec on one core: far better CPU times of short bursts, but a parallel program\n"
               "runs slower and sees one core only");
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
  if (options.command.empty()) {
    std::cerr << "simrec: nothing to record; give a command, as in 'simrec ls -l' (--help shows more)\n";
    exit_status = kExitOwnFailure;
    return std::nullopt;
  }
  if (!separated && looks_like_option(options.command.front())) {
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
  if (options.one_core) words.emplace_back("--one-core");
  return words;
}

}  // namespace simrec::record
