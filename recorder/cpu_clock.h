// CPU time of a traced thread, in nanoseconds, from an open /proc/PID/task/TID/schedstat.
#pragma once

#include <sys/types.h>

#include "recorder/file_descriptor.h"
#include "trace-format/ids.h"

namespace simrec::record {

/// What the scheduler knows of a thread. Exact while the thread is off its core.
struct CpuTimes {
  Ns run_ns = 0;    ///< on a core
  Ns ready_ns = 0;  ///< runnable, waiting for a core
};

class CpuClock {
 public:
  CpuClock() = default;
  CpuClock(pid_t pid, pid_t tid);
  /// Zero-cost when it cannot be read: then the last times are returned again.
  CpuTimes read();
  CpuTimes last() const { return last_; }
  /// It could not be opened because simrec, or the machine, has too many files open.
  bool out_of_descriptors() const { return out_of_descriptors_; }

 private:
  FileDescriptor fd_;
  CpuTimes last_;
  bool out_of_descriptors_ = false;
};

}  // namespace simrec::record
