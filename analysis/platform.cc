// simtrace platform: the recording host as a SimGrid platform, its twin.
#include <CLI/CLI.hpp>

#include "analysis/command.h"
#include "analysis/output.h"
#include "trace-format/trace_reader.h"
#include "trace-format/twin.h"

namespace simrec::analysis {
namespace {

class Platform : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("trace", path_, "Trace whose recording host to describe (- = standard input)")
        ->required()
        ->type_name("TRACE");
    app.add_option("-o,--output", output_, "File to write (- = standard output)")
        ->capture_default_str()
        ->type_name("FILE");
    app.footer(
        "The twin has the cores, core speed and loopback that simrec measured before recording. Its idle cores are "
        "awake,\n"
        "as simrec kept them: natively waking a thread takes native_wakeup_ns, not wakeup_ns.\n"
        "Edit it to ask \"what if\": more cores, faster ones, a second host behind a link.\n"
        "Example:\n"
        "  simtrace platform -o twin.xml trace.capnp && simreplay trace.capnp twin.xml");
  }

  int run() override {
    const TraceReader reader(path_);
    Output output(output_);
    output.stream() << twin_platform_xml(reader.header(), IdleCores::recording);
    output.commit();
    return kSuccess;
  }

 private:
  std::string path_;
  std::string output_ = "-";
};

}  // namespace

std::unique_ptr<Command> make_platform() { return std::make_unique<Platform>(); }

}  // namespace simrec::analysis
