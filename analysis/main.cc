// simtrace: explains traces and predictions. Chooses a subcommand and runs it.
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <new>
#include <vector>

#include "analysis/command.h"
#include "analysis/output.h"
#include "analysis/usage_error.h"
#include "trace-format/trace_reader.h"

namespace {

using namespace simrec;
using namespace simrec::analysis;

struct CommandRow {
  const char* name;
  const char* summary;
  std::unique_ptr<Command> (*make)();
};

constexpr CommandRow kCommands[] = {
    {"info", "Summarise a trace or a prediction: host, processes, calls, bytes, losses", make_info},
    {"dump", "Print every event of a trace, as strace does", make_dump},
    {"verify", "Check that a trace is whole and undamaged", make_verify},
    {"platform", "Write the recording host as a SimGrid platform (its twin)", make_platform},
    {"report", "Write a prediction as one interactive page for a browser", make_report},
    {"top", "What took the time and moved the bytes: processes, connections, files, calls", make_top},
    {"compare", "What changed between two traces or two predictions, by cause", make_compare},
    {"export", "Convert a trace or a prediction for other tools (Perfetto, Pajé, flame graphs, Graphviz, CSV, …)",
     make_export},
};

constexpr const char* kFooter =
    "`simtrace COMMAND --help` explains each command.\n"
    "Exit status: 0 success, 1 the trace is readable but cut, 2 bad input or usage.\n"
    "Examples:\n"
    "  simrec make -j4                      record\n"
    "  simtrace info trace.capnp            what is in the trace\n"
    "  simtrace top trace.capnp             what took the time and moved the bytes\n"
    "  simtrace compare a.capnp b.capnp     what changed\n"
    "  simtrace dump trace.capnp | less     every call\n"
    "  simtrace export -o timeline.json trace.capnp    then open it at https://ui.perfetto.dev";

int fail(const std::string& message) {
  std::cerr << "simtrace: " << message << '\n';
  return kFailure;
}

int run(int argc, char** argv) {
  CLI::App app("Explains what simrec recorded and simreplay predicted.", "simtrace");
  app.set_version_flag("--version", "simtrace " SIMREC_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  int status = kSuccess;
  std::vector<std::unique_ptr<Command>> commands;
  for (const CommandRow& row : kCommands) {
    Command& command = *commands.emplace_back(row.make());
    CLI::App* sub = app.add_subcommand(row.name, row.summary);
    command.declare(*sub);
    sub->final_callback([&status, &command] { status = command.run(); });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return fail(explain_usage_error(app, error));
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  // A closed pipe shows up as a write error, which Output turns into a quiet end.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(argc, argv);
  } catch (const ReaderGone&) {
    return kSuccess;
  } catch (const TraceError& error) {
    return fail(error.what());
  } catch (const std::bad_alloc&) {
    return fail("out of memory; free some memory or record a shorter run");
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what() + "; please report it with the command line");
  }
}
