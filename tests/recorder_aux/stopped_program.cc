#include "tests/recorder_aux/stopped_program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace simrec::record {
namespace {

/// True once the process sleeps in read(2).
bool wait_for_read(pid_t pid) {
  for (int i = 0; i < 5000; ++i) {
    std::ifstream in("/proc/" + std::to_string(pid) + "/syscall");
    std::string call;
    if (in >> call && call == "0") return true;
    usleep(1000);
  }
  return false;
}

}  // namespace

StoppedProgram::StoppedProgram(const std::vector<std::string>& command) {
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  input_ = in[1];
  char text[6];
  const bool ready = read(out[0], text, sizeof text) == 6;
  close(out[0]);
  if (!ready || !wait_for_read(pid_) || ptrace(PTRACE_SEIZE, pid_, 0, PTRACE_O_EXITKILL) != 0) return;
  if (ptrace(PTRACE_INTERRUPT, pid_, 0, 0) != 0) return;
  int status = 0;
  stopped_ = waitpid(pid_, &status, __WALL) == pid_ && WIFSTOPPED(status);
}

StoppedProgram::~StoppedProgram() {
  if (input_ >= 0) close(input_);
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  int status = 0;
  while (waitpid(pid_, &status, __WALL) == pid_ && !WIFEXITED(status) && !WIFSIGNALED(status)) {
  }
}

}  // namespace simrec::record
