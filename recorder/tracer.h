// Follows a program and all its descendants through ptrace and seccomp stops and puts what they do into a
// sink. One tracer per recording; everything happens in the calling thread (ptrace demands it).
#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "recorder/decoder.h"
#include "recorder/event_log.h"
#include "recorder/launch.h"
#include "recorder/live_processes.h"
#include "recorder/modules.h"
#include "recorder/ptrace.h"
#include "recorder/sampler.h"
#include "recorder/stacks.h"
#include "recorder/tick.h"

namespace simrec::record {

struct TracerOptions {
  bool stacks = false;
  unsigned sample_hz = 0;  ///< samples per second of a thread's CPU time; 0 = none
  bool all_syscalls = false;
  bool placement_known = false;   ///< calibration: event_flags say whether the tracer is on another core
  std::uint32_t event_flags = 0;  ///< set on every event
};

/// Helpers of a tracer that outlive it; nullptr = not wanted.
struct TracerHelpers {
  LiveProcesses* live = nullptr;
  ModuleCatalog* modules = nullptr;
};

/// How the recording ended.
struct Outcome {
  bool started = false;  ///< the command was executed at all
  int root_status = 0;   ///< as wait(2) encodes it
  Ns root_end_ns = 0;
  Ns end_ns = 0;
  std::uint32_t processes = 0;
  std::uint32_t threads = 0;
};

class Tracer {
 public:
  Tracer(TraceSink& sink, TracerOptions options, TracerHelpers helpers = {});
  ~Tracer();

  /// Traces `root` until it and all its descendants have ended. `root` is stopped before its first call.
  Outcome run(const LaunchedProcess& root);

  const Totals& totals() const { return log_.totals(); }
  Ns started_unix_ns() const { return started_unix_ns_; }
  /// Adds to the trace which files each image ran. After run(): reads the files.
  void record_modules(TraceWriter& writer);

 private:
  using Threads = std::unordered_map<pid_t, std::unique_ptr<TracedThread>>;

  // tracer.cc: the loop and the stops in calls
  void dispatch(pid_t tid, int status);
  void on_stop(TracedThread& thread, int status);
  void on_call_entry(TracedThread& thread);
  void on_call_exit(TracedThread& thread);
  void on_signal(TracedThread& thread, int signal);
  void on_stop_event(TracedThread& thread, int signal);
  pid_t next_stop(int& status);
  void on_tick();
  void look_for_samples();
  void take_sample(TracedThread& thread, const StopTime& at);
  void begin_call(TracedThread& thread, const SyscallInfo& info, const StopTime& at);
  CallContext context_of(TracedThread& thread, std::int64_t result);
  StopTime stop_time(TracedThread& thread);
  Resume way_on(const TracedThread& thread) const { return thread.call.active ? Resume::to_syscall_exit : Resume::run; }

  // tracer_lifecycle.cc: threads and processes coming, changing and going
  TracedThread* find(pid_t tid);
  bool on_launch_stop(TracedThread& thread, int status);
  void start_root(TracedThread& thread);
  void on_child(TracedThread& parent);
  void adopt(pid_t tid, TracedThread& creator, std::uint64_t clone_flags, std::uint64_t clear_tid_address);
  void start(TracedThread& thread);
  void on_exec(TracedThread& leader);
  void replace_leader(pid_t former, TracedThread& leader);
  void on_exit_event(TracedThread& thread);
  void on_end(pid_t tid, int status);
  void record_exit(TracedThread& thread, const StopTime& at);
  void adopt_orphans(TracedThread& dead);
  void take_image(TracedProcess& process);
  void take_modules(TracedProcess& process);
  void list_descriptors(TracedProcess& process, Process& record);

  struct Handler {
    const SyscallRow* row = nullptr;
    Decoder decoder;
    bool entry_only = false;
  };

  TraceSink& sink_;
  TracerOptions options_;
  TracerHelpers helpers_;
  EventLog log_;
  ObjectRegistry objects_;
  std::unique_ptr<StackSampler> stacks_;
  std::optional<Sampler> sampler_;
  std::vector<Handler> handlers_;  ///< by call number
  Threads threads_;
  TracedThread* latest_ = nullptr;   ///< the thread that stopped last: most often the next one, too
  std::unordered_set<pid_t> early_;  ///< stopped newborns whose creator has not told of them yet
  std::unordered_map<std::uint32_t, std::vector<MappedFile>> files_of_executable_;
  std::vector<Image> images_;
  Tick tick_;                    ///< armed while something waits to be flushed or may have to be sampled
  bool sampling_rests_ = false;  ///< all threads are in calls: nobody to sample before the next stop
  std::size_t exiting_ = 0;      ///< threads between exit event and end
  pid_t root_pid_ = 0;
  LaunchKind launch_kind_ = LaunchKind::command;
  bool launching_ = true;
  Ns origin_ns_ = 0;  ///< CLOCK_MONOTONIC at trace start
  Ns started_unix_ns_ = 0;
  Ns now_ns_ = 0;  ///< wall clock of the stop being handled, from trace start
  Outcome outcome_;
};

}  // namespace simrec::record
