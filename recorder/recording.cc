#include "recorder/recording.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <thread>
#include <utility>

#include "recorder/calibrate_host.h"
#include "recorder/calibrate_sample.h"
#include "recorder/calibration_run.h"
#include "recorder/clocks.h"
#include "recorder/fast/availability.h"
#include "recorder/fast/hook_image.h"
#include "recorder/file_sink.h"
#include "recorder/host_info.h"
#include "recorder/idle_latency.h"
#include "recorder/seccomp_filter.h"
#include "recorder/signal_forwarder.h"
#include "recorder/summary.h"
#include "recorder/time_calls.h"
#include "recorder/tracer.h"
#include "trace-format/trace_writer.h"

namespace simrec::record {
namespace {

/// Writing to a reader that went away or beyond `ulimit -f` is an error to report, not a reason to die. While it
/// lives only: programs that are started must not inherit this.
class WriteSignalsIgnored {
 public:
  WriteSignalsIgnored() : pipe_(signal(SIGPIPE, SIG_IGN)), size_(signal(SIGXFSZ, SIG_IGN)) {}
  ~WriteSignalsIgnored() {
    signal(SIGPIPE, pipe_);
    signal(SIGXFSZ, size_);
  }
  WriteSignalsIgnored(const WriteSignalsIgnored&) = delete;
  WriteSignalsIgnored& operator=(const WriteSignalsIgnored&) = delete;

 private:
  sighandler_t pipe_, size_;
};

/// The first attached process stands for the command.
void describe_attached(pid_t pid, Header& header) {
  std::ifstream arguments("/proc/" + std::to_string(pid) + "/cmdline");
  header.command.clear();
  for (std::string word; std::getline(arguments, word, '\0');) header.command.push_back(word);
  while (!header.command.empty() && header.command.back().empty()) header.command.pop_back();  // setproctitle(3)
  std::error_code ignored;
  header.working_directory = std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/cwd", ignored).string();
}

Header make_header(const Options& options, Calibration calibration) {
  Header header;
  header.tool_version = std::string("simrec ") + SIMREC_VERSION;
  header.host = host_info();
  header.calibration = std::move(calibration);
  header.command = options.command;
  std::error_code ignored;
  header.working_directory = std::filesystem::current_path(ignored).string();
  if (!options.attach.empty()) describe_attached(options.attach.front(), header);
  header.options = shaping_options(options);
  header.tcp_options = true;
  header.started_unix_ns = clock_now(CLOCK_REALTIME);
  return header;
}

/// Tier 2 sees bursts to some nanoseconds; stops do not.
WriterOptions resolution(bool fast) {
  WriterOptions options;
  if (fast) options.times = kFastPathTimes;
  return options;
}

/// One descriptor per traced thread is kept open: as many as the hard limit allows.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

Ns own_cpu() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return to_ns(usage.ru_utime) + to_ns(usage.ru_stime);
}

std::vector<NamedCount> named_counts(const std::map<std::string, std::uint64_t>& counts) {
  std::vector<NamedCount> named;
  for (const auto& [name, count] : counts) named.push_back({name, count});
  return named;
}

Footer make_footer(const Outcome& outcome, const Totals& totals, const TraceSink& sink, Ns cpu_ns, int killed_by) {
  Footer footer;
  footer.end_ns = outcome.end_ns;
  footer.root_end_ns = outcome.root_end_ns;
  footer.root_exit_status = outcome.root_status;
  footer.events = totals.events;
  footer.processes = outcome.processes;
  footer.threads = outcome.threads;
  footer.losses = named_counts(sink.losses());
  footer.calls = named_counts({{"tier1/same-cpu/whole", totals.whole_calls[0]},
                               {"tier1/cross-cpu/whole", totals.whole_calls[1]},
                               {"tier1/same-cpu/entry", totals.entry_only[0]},
                               {"tier1/cross-cpu/entry", totals.entry_only[1]},
                               {"tier2", totals.fast_calls}});
  if (outcome.passed_calls != 0) footer.calls.push_back({"tier1/passed", outcome.passed_calls});
  if (totals.samples[0] + totals.samples[1] > 0) {
    footer.calls.push_back({"tier1/same-cpu/sample", totals.samples[0]});
    footer.calls.push_back({"tier1/cross-cpu/sample", totals.samples[1]});
  }
  footer.recorder_cpu_ns = cpu_ns;
  footer.truncated_by = outcome.bound;
  if (killed_by != 0) footer.truncated_by = "SIG" + std::string(sigabbrev_np(killed_by));
  return footer;
}

/// The exit status of a program that exited, else death by the same signal.
int end_like(int status, bool recorded) {
  if (WIFSIGNALED(status)) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const int number = WTERMSIG(status);
    std::cerr.flush();
    signal(number, SIG_DFL);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
    raise(number);
    return 128 + number;
  }
  const int code = WEXITSTATUS(status);
  return code == 0 && !recorded ? kExitOwnFailure : code;
}

/// What the steps of one recording share.
struct Recording {
  const Options& options;
  TraceWriter& writer;
  FileSink& sink;
  Tracer& tracer;
  Ns cpu_before_ns = 0;  ///< calibration is no part of the recording
  std::optional<PinnedToCore> one_core = std::nullopt;
  std::optional<SignalForwarder> forwarder = std::nullopt;
};

void discard_trace(const Recording& recording) {
  std::error_code ignored;
  if (recording.options.output != "-") std::filesystem::remove(recording.writer.current_path(), ignored);
}

Outcome trace_attached(Recording& recording) {
  AttachedTree tree;
  try {
    tree = attach_tree(recording.options.attach);
  } catch (const LaunchError&) {
    discard_trace(recording);
    throw;
  }
  if (tree.refused != 0) recording.sink.lose("threads that could not be attached to", tree.refused);
  raise_descriptor_limit();
  recording.cpu_before_ns = own_cpu();
  return recording.tracer.run(tree);
}

Outcome trace_command(Recording& recording, const std::string& program, const std::vector<sock_filter>& filter,
                      LiveProcesses& live) {
  const Options& options = recording.options;
  // Across cores a stop costs the program 4–10 times the CPU time, and an amount that varies: see --one-core.
  if (options.one_core) recording.one_core.emplace(sched_getcpu());
  const LaunchStdout output = options.output == "-" ? LaunchStdout::to_stderr : LaunchStdout::unchanged;
  const LaunchedProcess root = launch_command(program, options.command, filter, output);
  raise_descriptor_limit();  // ours, not the program's
  recording.cpu_before_ns = own_cpu();
  recording.forwarder.emplace(live, root.pid);
  const Outcome outcome = recording.tracer.run(root);
  if (!outcome.started) {
    discard_trace(recording);
    throw_launch_failure(root);
  }
  return outcome;
}

void finish_trace(Recording& recording, const Outcome& outcome, const Calibration& calibration) {
  const Options& options = recording.options;
  const Ns cpu_ns = own_cpu() - recording.cpu_before_ns;
  const Totals& totals = recording.tracer.totals();
  recording.sink.guarded([&](TraceWriter& w) {
    recording.tracer.record_modules(w);
    const int killed_by = recording.forwarder ? recording.forwarder->killed_by() : 0;
    w.finish(make_footer(outcome, totals, recording.sink, cpu_ns, killed_by));
  });
  if (options.quiet || recording.sink.failed()) return;
  const std::string path = options.output == "-" ? "-" : recording.writer.current_path();
  print_summary(std::cerr, {outcome, totals, calibration, recording.sink.losses(), path,
                            recording.writer.bytes_written(), cpu_ns, options.verbose});
}

}  // namespace

int record(const Options& options) {
  const bool attach = !options.attach.empty();
  const std::string program = attach ? "" : find_program(options.command.front());
  if (options.no_clobber && options.output != "-" && std::filesystem::exists(options.output))
    throw LaunchError(kExitOwnFailure, options.output + " exists; choose another -o FILE or drop --no-clobber");
  Calibration calibration = calibrate_host();  // of the machine as it is without us
  const IdleLatencyRequest no_deep_idle;       // before the stops: the ledger holds for what follows
  calibration.wake_up_recording_ns = measure_wake_up_ns();
  calibration.stops = calibrate_stops(record_child);
  const bool fast = options.fast && !attach && fast_path_obstacle().empty();
  if (fast)
    if (const auto cost = calibrate_fast(record_child_fast)) calibration.stops.push_back(*cost);
  const Header header = make_header(options, std::move(calibration));
  std::optional<WriteSignalsIgnored> write_signals_ignored(std::in_place);
  TraceWriter writer(options.output, header, resolution(fast));
  if (!attach) write_signals_ignored.reset();  // SignalForwarder ignores them when the program has been started
  FileSink sink(writer, [](const std::string& message) {
    std::cerr << "simrec: " << message << "\nsimrec: the program goes on, unrecorded\n";
  });
  const auto filter =
      make_seccomp_filter(recorded_calls(options.trace_time), options.all_syscalls, fast ? hook_gate() : ExemptRange{});
  TracerOptions how{.stacks = options.stacks,
                    .sample_hz = options.sample_hz,
                    .all_syscalls = options.all_syscalls,
                    .allow_io_uring = options.allow_io_uring,
                    .trace_time = options.trace_time,
                    .fast = {fast, options.fast_after}};
  if (attach) {
    how.interception = Interception::of_every_call(filter);
    how.ledger = header.calibration.stops;
  }
  LiveProcesses live;
  ModuleCatalog modules;
  Bounds bounds({options.duration_ns, options.max_bytes, attach});
  Tracer tracer(sink, how, {&live, &modules, &bounds});
  Recording recording{options, writer, sink, tracer};
  Outcome outcome = attach ? trace_attached(recording) : trace_command(recording, program, filter, live);
  if (outcome.bound.empty()) {
    finish_trace(recording, outcome, header.calibration);
  } else {
    // The program must not wait for the file, nor the file for the program.
    std::thread finisher([&] { finish_trace(recording, outcome, header.calibration); });
    const int root_status = tracer.release();
    finisher.join();
    outcome.root_status = root_status;
  }
  if (attach) return sink.failed() ? kExitOwnFailure : 0;
  return end_like(outcome.root_status, !sink.failed());
}

}  // namespace simrec::record
