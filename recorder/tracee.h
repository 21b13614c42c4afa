// What the recorder knows of the processes and threads it traces.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "recorder/call_arguments.h"
#include "recorder/cpu_clock.h"
#include "recorder/fast/fast_thread.h"
#include "recorder/memory_map.h"
#include "recorder/object_registry.h"
#include "recorder/process_files.h"
#include "recorder/tracee_cpu.h"
#include "trace-format/model.h"
#include "trace-format/syscall_table.h"

namespace simrec::record {

struct TracedProcess {
  TracedProcess(pid_t p, ProcessId i) : pid(p), window(p), index(i), files(p) {}

  pid_t pid;
  /// Thread through which /proc and the kernel show its memory and descriptors: the first one while it lives.
  pid_t window;
  ProcessId index;
  std::uint32_t parent_plus_one = 0;
  std::uint32_t live_threads = 0;
  bool first_thread_left = false;  ///< it ended, others go on
  Image image;                     ///< what it runs now
  ProcessFiles files;
  MemoryMap memory;
  std::shared_ptr<AddressSpace> space;  ///< of tier 2; shared with whoever shares the memory; may be null
  bool children_elsewhere = false;      ///< its children may be in another pid namespace than itself
  std::set<int> unnamed_sockets;        ///< datagram sockets that get their address with the first datagram

  DescriptorOwner owner() { return {window, files}; }
  void look_through(pid_t tid) {
    if (window == tid) return;
    window = tid;
    files = ProcessFiles(tid);
  }
};

/// The call a thread is in, from its entry on.
struct CurrentCall {
  bool active = false;
  std::uint16_t number = 0;
  const SyscallRow* row = nullptr;
  std::array<std::uint64_t, 6> registers{};
  std::uint32_t flags = 0;  ///< EventFlag
  Ns entry_ns = 0;
  Ns burst_ns = 0;
  CpuTimes at_entry;
  StackId stack;
  std::vector<std::int64_t> arguments;  ///< register ones, then extras as far as they are known
  std::uint64_t clone_flags = 0;
  std::uint64_t clear_tid_address = 0;
  std::uint32_t child_plus_one = 0;  ///< ThreadId + 1 of the child a clone made
  UntracedFlag untraced;             ///< taken out of a clone
};

/// What the sampler (sampler.h) knows of a thread; CPU times of the thread.
struct SampleState {
  enum class Interrupt : std::uint8_t {
    none,
    sent,   ///< its stop, or that of a call's entry, is still to come
    spent,  ///< taken at a call's entry, which comes again; the interrupt's own stop may come before, or not
  };
  Interrupt interrupt = Interrupt::none;
  Ns sampled_at_ns = 0;
  Ns due_at_ns = 0;
};

struct TracedThread {
  pid_t tid = 0;
  Thread record;
  std::shared_ptr<TracedProcess> process;
  CpuClock clock;
  TraceeCpu cpu;
  CpuTimes at_last_event;
  CurrentCall call;
  FastThread fast;
  UntracedFlag untraced;  ///< to put back at its first stop
  SampleState sampling;
  bool started = false;        ///< its first stop was seen
  bool stopped = false;        ///< in a job-control stop
  bool exit_recorded = false;  ///< its thread-exit event is written
  bool at_exit = false;        ///< between the exit event and its end
  int exit_status = 0;         ///< as wait(2) encodes it, once known
};

}  // namespace simrec::record
