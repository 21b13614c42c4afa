// Call stacks of stopped threads, symbolised while recording.
#pragma once

#include <sys/types.h>

#include <memory>

#include "recorder/unwind_rule.h"
#include "trace-format/ids.h"
#include "trace-format/trace_writer.h"

namespace simrec::record {

/// Takes call stacks. What a step outwards and a name take to find is kept per instruction, and whole stacks are known
/// again by their addresses: a stack like an earlier one costs two system calls and a hash lookup per frame.
/// Code made at run time (JIT) has no names: however many frames of it follow each other, they are one, "[jit]".
/// The frame between a signal handler and what it interrupted is the function "[signal]".
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

  /// The same for a thread whose registers in user code are known otherwise. It need not be ptrace-stopped, but must
  /// not run while its stack is read: one process_vm_readv, seldom more, once its code is known.
  StackId capture(pid_t pid, const UserRegisters& registers, TraceWriter& writer);

  /// The process's code mappings changed (exec, or mmap/munmap/mprotect with PROT_EXEC, dlopen): re-read them at the
  /// next capture. Not needed for correctness of new mappings (an address in no known mapping re-reads them) but for
  /// replaced ones: call it at exec.
  void forget(pid_t pid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace simrec::record
