#include "recorder/live_processes.h"

#include <signal.h>

namespace simrec::record {

void LiveProcesses::add(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  pids_.insert(pid);
  if (doomed_) kill(pid, SIGKILL);
}

void LiveProcesses::remove(pid_t pid) {
  const std::scoped_lock lock(mutex_);
  pids_.erase(pid);
}

bool LiveProcesses::signal(pid_t pid, int signal) {
  const std::scoped_lock lock(mutex_);
  return pids_.contains(pid) && kill(pid, signal) == 0;
}

void LiveProcesses::signal_all(int signal) {
  const std::scoped_lock lock(mutex_);
  for (const pid_t pid : pids_) kill(pid, signal);
}

void LiveProcesses::kill_all() {
  {
    const std::scoped_lock lock(mutex_);
    doomed_ = true;
  }
  signal_all(SIGKILL);
}

}  // namespace simrec::record
