// The subcommands of simtrace behind one interface. To add one: a file that defines a Command and its
// make_… function, a declaration here, and a row in commands() (main.cc).
#pragma once

#include <memory>

namespace CLI {
class App;
}

namespace simrec::analysis {

/// Exit statuses of simtrace.
enum ExitStatus : int { kSuccess = 0, kIncomplete = 1, kFailure = 2 };

/// One subcommand: declares its options, then runs once.
class Command {
 public:
  virtual ~Command() = default;
  /// Adds options and positional arguments, bound to members.
  virtual void declare(CLI::App& app) = 0;
  /// Does the work and returns the exit status. Throws TraceError.
  virtual int run() = 0;
};

std::unique_ptr<Command> make_info();
std::unique_ptr<Command> make_dump();
std::unique_ptr<Command> make_verify();
std::unique_ptr<Command> make_platform();
std::unique_ptr<Command> make_export();
std::unique_ptr<Command> make_report();
std::unique_ptr<Command> make_top();
std::unique_ptr<Command> make_compare();

}  // namespace simrec::analysis
