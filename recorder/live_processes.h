// The processes being traced, for the thread that passes signals on.
#pragma once

#include <sys/types.h>

#include <mutex>
#include <set>
#include <vector>

namespace simrec::record {

/// Thread-safe set of process ids that exist and have not been reaped.
class LiveProcesses {
 public:
  void add(pid_t pid);
  void remove(pid_t pid);
  /// Sends `signal` to `pid` if it is still there.
  bool signal(pid_t pid, int signal);
  void signal_all(int signal);
  /// Kills all, and everyone who appears from now on.
  void kill_all();

 private:
  std::mutex mutex_;
  std::set<pid_t> pids_;
  bool doomed_ = false;
};

}  // namespace simrec::record
