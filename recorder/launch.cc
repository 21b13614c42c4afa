#include "recorder/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "recorder/ptrace.h"
#include "recorder/recordable.h"
#include "recorder/seccomp_filter.h"

namespace simrec::record {
namespace {

/// What the child reports when it cannot go on.
struct ChildError {
  enum Stage : int { filter, exec } stage;
  int error;
};

struct Pipe {
  FileDescriptor read, write;
  static Pipe make() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw LaunchError(kExitOwnFailure, std::string("cannot make a pipe: ") + std::strerror(errno));
    return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
  }
};

bool is_executable_file(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && access(path.c_str(), X_OK) == 0;
}

[[noreturn]] void give_up(int errors, ChildError::Stage stage, int error) {
  const ChildError report{stage, error};
  const ssize_t written = write(errors, &report, sizeof report);
  _exit(written == sizeof report ? kExitNotFound : kExitOwnFailure);
}

void execute(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  if (errno != ENOEXEC) return;
  // A script without "#!": the shell runs it, as execvp does.
  argv[0] = const_cast<char*>(program.c_str());
  argv.insert(argv.begin(), const_cast<char*>("/bin/sh"));
  execv("/bin/sh", argv.data());
}

LaunchedProcess launch(LaunchKind kind, const std::vector<sock_filter>& filter, const std::function<void()>& run,
                       const std::string& name) {
  Pipe go = Pipe::make();
  Pipe errors = Pipe::make();
  const pid_t pid = fork();
  if (pid < 0) throw LaunchError(kExitOwnFailure, std::string("cannot create a process: ") + std::strerror(errno));
  if (pid == 0) {
    char token = 0;
    go.write.reset();
    if (read(go.read.get(), &token, 1) != 1) _exit(kExitOwnFailure);
    if (kind == LaunchKind::function) {
      go.read.reset();
      errors.read.reset();
    }
    if (const int error = install_seccomp_filter(filter)) give_up(errors.write.get(), ChildError::filter, error);
    run();
    if (kind == LaunchKind::function) _exit(0);
    give_up(errors.write.get(), ChildError::exec, errno);
  }
  if (!seize(pid)) {
    const int error = errno;
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    throw LaunchError(kExitOwnFailure, std::string("cannot trace processes here (ptrace: ") + std::strerror(error) +
                                           "); 'simrec doctor' says what to change");
  }
  const char token = 1;
  if (write(go.write.get(), &token, 1) != 1)
    throw LaunchError(kExitOwnFailure, "the process to record died before it started");
  return {pid, kind, std::move(errors.read), name};
}

}  // namespace

namespace {

std::string search_program(const std::string& name) {
  if (name.empty()) throw LaunchError(kExitNotFound, "the command is empty");
  int error = ENOENT;
  const auto usable = [&error](const std::string& path) {
    if (is_executable_file(path)) return true;
    if (access(path.c_str(), F_OK) == 0) error = EACCES;
    return false;
  };
  if (name.find('/') != std::string::npos) {
    if (usable(name)) return name;
  } else {
    const char* variable = std::getenv("PATH");
    const std::string path = variable != nullptr ? variable : "/usr/local/bin:/bin:/usr/bin";
    for (std::size_t at = 0; at <= path.size();) {
      const std::size_t end = std::min(path.find(':', at), path.size());
      const std::string directory = end == at ? "." : path.substr(at, end - at);
      if (const std::string candidate = directory + '/' + name; usable(candidate)) return candidate;
      at = end + 1;
    }
  }
  throw LaunchError(error == ENOENT ? kExitNotFound : kExitNotExecutable, "'" + name + "': " + std::strerror(error));
}

}  // namespace

std::string find_program(const std::string& name) {
  const std::string program = search_program(name);
  refuse_unrecordable(program);
  return program;
}

LaunchedProcess launch_command(const std::string& program, const std::vector<std::string>& arguments,
                               const std::vector<sock_filter>& filter, LaunchStdout output) {
  const auto run = [&] {
    if (output == LaunchStdout::to_stderr) dup2(2, 1);
    execute(program, arguments);
  };
  return launch(LaunchKind::command, filter, run, program);
}

LaunchedProcess launch_function(const std::function<void()>& body, const std::vector<sock_filter>& filter) {
  return launch(LaunchKind::function, filter, body, "calibration");
}

void throw_launch_failure(const LaunchedProcess& process) {
  ChildError report{};
  if (read(process.errors.get(), &report, sizeof report) != sizeof report)
    throw LaunchError(kExitOwnFailure, "'" + process.program + "' died before it started");
  if (report.stage == ChildError::filter)
    throw LaunchError(kExitOwnFailure, std::string("cannot install a seccomp filter here (") +
                                           std::strerror(report.error) + "); 'simrec doctor' says what to change");
  const int code = report.error == ENOENT || report.error == ENOTDIR ? kExitNotFound : kExitNotExecutable;
  throw LaunchError(code, "'" + process.program + "': " + std::strerror(report.error));
}

}  // namespace simrec::record
