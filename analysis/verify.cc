// simtrace verify: reads a whole file and says whether it is complete.
#include <CLI/CLI.hpp>
#include <iostream>

#include "analysis/command.h"
#include "analysis/output.h"
#include "trace-format/trace_reader.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

class Verify : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("trace", path_, "Trace to check (- = standard input)")->required()->type_name("TRACE");
    app.add_flag("-q,--quiet", quiet_, "Say nothing, only set the exit status");
    app.footer(
        "Exit status: 0 whole, 1 readable but cut (the recorder was killed or the file is truncated), 2 damaged.\n"
        "Example:\n"
        "  simtrace verify trace.capnp && echo fine");
  }

  int run() override {
    TraceReader reader(path_);
    std::uint64_t events = 0;
    while (const auto block = reader.next()) events += block->size();
    const bool whole = reader.incomplete().empty();
    if (!quiet_) {
      Output output("-");
      output.stream() << path_ << ": " << (whole ? "whole" : "cut") << ", " << format_count_of(events, "event")
                      << " of " << format_count_of(reader.tables().threads().size(), "thread") << " in "
                      << format_count_of(reader.frames_read(), "frame") << ", "
                      << format_bytes(reader.compressed_bytes_read()) << '\n';
      output.commit();
      if (!whole) std::cerr << "simtrace: " << reader.incomplete() << '\n';
    }
    return whole ? kSuccess : kIncomplete;
  }

 private:
  std::string path_;
  bool quiet_ = false;
};

}  // namespace

std::unique_ptr<Command> make_verify() { return std::make_unique<Verify>(); }

}  // namespace simrec::analysis
