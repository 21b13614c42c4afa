// Follows a program and all its descendants through ptrace and seccomp stops and puts what they do into a
// sink. One tracer per recording; everything happens in the calling thread (ptrace demands it).
#pragma once

#include <deque>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "recorder/attach.h"
#include "recorder/bounds.h"
#include "recorder/decoder.h"
#include "recorder/event_log.h"
#include "recorder/fast/fast_path.h"
#include "recorder/interception.h"
#include "recorder/launch.h"
#include "recorder/live_processes.h"
#include "recorder/modules.h"
#include "recorder/ptrace.h"
#include "recorder/sampler.h"
#include "recorder/stacks.h"
#include "recorder/tick.h"

namespace simrec::record {

struct TracerOptions {
  Interception interception = {};  ///< default: by the filter the program carries
  bool stacks = false;
  unsigned sample_hz = 0;  ///< samples per second of a thread's CPU time; 0 = none
  bool all_syscalls = false;
  bool allow_io_uring = false;        ///< else programs are told that the kernel has none
  bool trace_time = false;            ///< programs get no vDSO
  FastOptions fast = {};              ///< when wanted, the filter must exempt the gate of tier 2
  std::vector<StopCost> ledger = {};  ///< what a stop costs, for calls that stop and are not recorded
  bool placement_known = false;       ///< calibration: event_flags say whether the tracer is on another core
  std::uint32_t event_flags = 0;      ///< set on every event
};

/// Helpers of a tracer that outlive it; nullptr = not wanted.
struct TracerHelpers {
  LiveProcesses* live = nullptr;
  ModuleCatalog* modules = nullptr;
  Bounds* bounds = nullptr;
};

/// How the recording ended.
struct Outcome {
  bool started = false;  ///< the command was executed at all
  int root_status = 0;   ///< as wait(2) encodes it
  Ns root_end_ns = 0;
  Ns end_ns = 0;
  std::uint32_t processes = 0;
  std::uint32_t threads = 0;
  std::uint64_t passed_calls = 0;  ///< stops in calls of no interest (attached: every call stops)
  std::string bound;               ///< what ended the recording early (see Bounds); "" = all processes ended
};

class Tracer {
 public:
  Tracer(TraceSink& sink, TracerOptions options, TracerHelpers helpers = {});
  ~Tracer();

  /// Traces `root` until it and all its descendants have ended, or a bound is reached. `root` is stopped before its
  /// first call.
  Outcome run(const LaunchedProcess& root);
  /// The same for processes that run already, with an Interception of every call.
  Outcome run(const AttachedTree& tree);
  /// After run() reached a bound: attached processes are let go of, in a moment that they do not notice; launched
  /// ones, which carry the filter, go on to their end with nothing recorded. Returns the root's status then.
  int release();

  const Totals& totals() const { return log_.totals(); }
  Ns started_unix_ns() const { return started_unix_ns_; }
  /// Adds to the trace which files each image ran. After run(): reads the files.
  void record_modules(TraceWriter& writer);

 private:
  using Threads = std::unordered_map<pid_t, std::unique_ptr<TracedThread>>;

  // tracer.cc: the loop and the stops in calls
  void dispatch(pid_t tid, int status);
  void on_stop(TracedThread& thread, int status);
  void on_call_entry(TracedThread& thread, const SyscallInfo& info);
  bool on_foreign_call(TracedThread& thread, const SyscallInfo& info);
  bool answers_itself(const TracedThread& thread, const SyscallInfo& info);
  void on_call_exit(TracedThread& thread, const SyscallInfo& info);
  void on_signal(TracedThread& thread, int signal);
  void on_stop_event(TracedThread& thread, int signal);
  void trace();
  pid_t next_stop(int& status);
  void on_tick();
  void keep_ticking();
  Ns wanted_tick_ns() const;
  bool bound_reached();
  void on_call_stop(TracedThread& thread);
  void look_for_samples();
  void take_sample(TracedThread& thread, const StopTime& at);
  void begin_call(TracedThread& thread, const SyscallInfo& info, const StopTime& at);
  CallContext context_of(TracedThread& thread, std::int64_t result);
  StopTime stop_time(TracedThread& thread);
  Resume way_on(const TracedThread& thread) const { return thread.call.active ? Resume::to_syscall_exit : onward(); }
  Resume onward() const { return options_.interception.between_calls(); }

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
  void remember_creator(std::unique_ptr<TracedThread> dead);
  void adopt_orphans();
  void take_image(TracedProcess& process);
  void put_image(TracedProcess& process);
  void take_modules(TracedProcess& process);
  void drop_closed_objects();
  void hide_clocks(const TracedProcess& process);
  void list_descriptors(TracedProcess& process, Process& record);

  // tracer_attach.cc: beginning and ending in the middle of a program
  void on_passed_call(TracedThread& thread);
  std::shared_ptr<TracedProcess> add_running(pid_t pid, const TracedProcess* parent);
  void add_running(pid_t tid, const std::shared_ptr<TracedProcess>& process);
  void restart_quietly(TracedThread& thread);
  void list_epoll_interest(const TracedThread& thread);
  void close_open_events();
  void let_pass(pid_t tid, int status);
  void forget(pid_t tid);
  bool let_go(pid_t tid, int status);
  void detach_all();

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
  FastPath fast_;
  std::unique_ptr<StackSampler> stacks_;
  std::optional<Sampler> sampler_;
  std::vector<Handler> handlers_;  ///< by call number
  Threads threads_;
  TracedThread* latest_ = nullptr;   ///< the thread that stopped last: most often the next one, too
  std::unordered_set<pid_t> early_;  ///< stopped newborns whose creator has not told of them yet
  std::deque<std::unique_ptr<TracedThread>> dead_creators_;  ///< killed in clone: nobody tells of what they made
  std::unordered_map<std::uint32_t, std::vector<MappedFile>> files_of_executable_;
  std::unordered_map<std::uint32_t, Image> images_;  ///< the first of each executable
  Tick tick_;
  Ns tick_ns_ = 0;     ///< its period, 0 = not armed
  Ns drained_ns_ = 0;  ///< when rings were drained last
  Ns drain_period_ns_ = 1'000'000;
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
