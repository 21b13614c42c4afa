// On which core a traced thread last ran, as far as that is cheap to know.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "recorder/tracee_memory.h"

namespace simrec::record {

/// A thread's registration of restartable sequences; area 0 = none.
struct RseqRegistration {
  std::uint64_t area = 0;
  std::uint32_t signature = 0;
};
RseqRegistration rseq_registration(pid_t tid);

/// Reads the core from the thread's rseq area (glibc ≥ 2.35 registers one for every thread), which the kernel
/// keeps current. One read in kInterval stops: threads move rarely, and a read of memory costs over 1 µs.
class TraceeCpu {
 public:
  static constexpr unsigned kInterval = 8;

  /// True when the thread, stopped now, last ran on another core than the calling thread does. False when unknown.
  bool differs_from_ours(pid_t tid, const TraceeMemory& memory);
  /// After exec: the new program has another rseq area.
  void forget() { *this = TraceeCpu{}; }

 private:
  std::uint64_t area_ = 0;
  unsigned stops_ = 0;
  bool looked_for_area_ = false;
  bool differs_ = false;
};

}  // namespace simrec::record
