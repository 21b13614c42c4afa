// What signals to simrec itself do. SIGINT and SIGQUIT from the terminal reach the program directly and are
// ignored here, so that the trace is still finished. SIGTERM and SIGHUP are passed on to the root command; a
// second one, later than kGrace after the first, kills everything traced.
#pragma once

#include <signal.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "recorder/file_descriptor.h"
#include "recorder/live_processes.h"

namespace simrec::record {

class SignalForwarder {
 public:
  /// timeout(1) and shells signal a process and then its group: two within this time are one.
  static constexpr std::chrono::milliseconds kGrace{300};

  /// Construct after the command was forked: it must not inherit what is blocked and ignored here.
  SignalForwarder(LiveProcesses& live, pid_t root);
  ~SignalForwarder();
  SignalForwarder(const SignalForwarder&) = delete;
  SignalForwarder& operator=(const SignalForwarder&) = delete;

  /// Signal that made everything be killed; 0 = none.
  int killed_by() const { return killed_by_; }

 private:
  void serve();
  void forward(int signal);

  LiveProcesses& live_;
  pid_t root_;
  FileDescriptor signals_;
  FileDescriptor stop_;
  std::chrono::steady_clock::time_point first_at_{};
  bool forwarded_ = false;
  std::atomic<int> killed_by_ = 0;
  std::thread thread_;
};

}  // namespace simrec::record
