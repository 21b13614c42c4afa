// Call stacks of stopped threads, symbolised while recording (libunwind-ptrace).
#pragma once

#include <sys/types.h>

#include <memory>

#include "trace-format/ids.h"
#include "trace-format/trace_writer.h"

namespace simrec::record {

/// Takes call stacks of ptrace-stopped threads. Keeps unwind tables and symbols per address space and per
/// module, so the second stack of a program costs a fraction of the first.
class StackSampler {
 public:
  StackSampler();
  ~StackSampler();
  StackSampler(const StackSampler&) = delete;
  StackSampler& operator=(const StackSampler&) = delete;

  /// Call stack of thread `tid` of process `pid`, which must be ptrace-stopped by the calling thread; innermost
  /// frame first, at most 64. Frames without a symbol have module and offset only. Returns {0} when not even the
  /// innermost frame is known; never throws because of the traced program's state.
  StackId capture(pid_t pid, pid_t tid, TraceWriter& writer);

  /// The process's code mappings changed (exec, or mmap/munmap/mprotect with PROT_EXEC, dlopen): re-read them at the
  /// next capture. Not needed for correctness of new mappings (an address in no known mapping re-reads them) but for
  /// replaced ones: call it at exec.
  void forget(pid_t pid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simrec::record
