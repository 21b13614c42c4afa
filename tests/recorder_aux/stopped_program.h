// A helper program that is run until it says "ready", then stopped by ptrace at its blocking read.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace simrec::record {

class StoppedProgram {
 public:
  explicit StoppedProgram(const std::vector<std::string>& command);
  ~StoppedProgram();
  StoppedProgram(const StoppedProgram&) = delete;
  StoppedProgram& operator=(const StoppedProgram&) = delete;

  pid_t pid() const { return pid_; }
  bool stopped() const { return stopped_; }

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  bool stopped_ = false;
};

}  // namespace simrec::record
