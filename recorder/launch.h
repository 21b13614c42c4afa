// Starts the command to record: found as a shell would find it, under the seccomp filter, seized before its
// first call.
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "recorder/file_descriptor.h"

namespace simrec::record {

inline constexpr int kExitOwnFailure = 125;
inline constexpr int kExitNotExecutable = 126;
inline constexpr int kExitNotFound = 127;

/// The command cannot be run, or not be recorded here. what() is one sentence for the user.
class LaunchError : public std::runtime_error {
 public:
  LaunchError(int exit_code, const std::string& what) : std::runtime_error(what), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }  ///< as env(1) would exit

 private:
  int exit_code_;
};

enum class LaunchKind {
  command,   ///< the trace starts when the process has executed the command
  function,  ///< the trace starts with the first call (calibration)
};

/// Where the program's standard output goes: simrec's own, unless the trace goes there.
enum class LaunchStdout { unchanged, to_stderr };

/// A seized child. `errors` reports what went wrong between fork and exec.
struct LaunchedProcess {
  pid_t pid = 0;
  LaunchKind kind = LaunchKind::command;
  FileDescriptor errors;
  std::string program;
};

/// Path of the program `name` stands for. Throws LaunchError (126, 127), also for a program that cannot be recorded.
std::string find_program(const std::string& name);

/// Forks, seizes and executes. Throws LaunchError when the child cannot be traced (125).
LaunchedProcess launch_command(const std::string& program, const std::vector<std::string>& arguments,
                               const std::vector<sock_filter>& filter, LaunchStdout output = LaunchStdout::unchanged);

/// Forks and seizes a child that runs `body` and _exits with 0.
LaunchedProcess launch_function(const std::function<void()>& body, const std::vector<sock_filter>& filter);

/// After tracing a process that never started: why. Throws LaunchError.
[[noreturn]] void throw_launch_failure(const LaunchedProcess& process);

}  // namespace simrec::record
