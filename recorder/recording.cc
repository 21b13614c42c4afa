#include "recorder/recording.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <optional>
#include <utility>

#include "recorder/calibrate_sample.h"
#include "recorder/calibration_run.h"
#include "recorder/clocks.h"
#include "recorder/file_sink.h"
#include "recorder/host_info.h"
#include "recorder/idle_latency.h"
#include "recorder/seccomp_filter.h"
#include "recorder/signal_forwarder.h"
#include "recorder/summary.h"
#include "recorder/tracer.h"
#include "trace-format/trace_writer.h"

namespace simrec::record {
namespace {

Header make_header(const Options& options, Calibration calibration) {
  Header header;
  header.tool_version = std::string("simrec ") + SIMREC_VERSION;
  header.host = host_info();
  header.calibration = std::move(calibration);
  header.command = options.command;
  std::error_code ignored;
  header.working_directory = std::filesystem::current_path(ignored).string();
  header.options = shaping_options(options);
  header.started_unix_ns = clock_now(CLOCK_REALTIME);
  return header;
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
                               {"tier1/cross-cpu/entry", totals.entry_only[1]}});
  if (totals.samples[0] + totals.samples[1] > 0) {
    footer.calls.push_back({"tier1/same-cpu/sample", totals.samples[0]});
    footer.calls.push_back({"tier1/cross-cpu/sample", totals.samples[1]});
  }
  footer.recorder_cpu_ns = cpu_ns;
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

}  // namespace

int record(const Options& options) {
  const std::string program = find_program(options.command.front());
  if (options.no_clobber && options.output != "-" && std::filesystem::exists(options.output))
    throw LaunchError(kExitOwnFailure, options.output + " exists; choose another -o FILE or drop --no-clobber");
  Calibration calibration = calibrate_host();  // of the machine as it is without us
  const IdleLatencyRequest no_deep_idle;       // before the stops: the ledger holds for what follows
  calibration.stops = calibrate_stops(record_child);
  const Header header = make_header(options, std::move(calibration));
  TraceWriter writer(options.output, header);
  FileSink sink(writer, [&](const std::string& message) {
    std::cerr << "simrec: " << message << "\nsimrec: the program goes on, unrecorded\n";
  });
  // Across cores a stop costs the program 4–10 times the CPU time, and an amount that varies: see --one-core.
  std::optional<PinnedToCore> one_core;
  if (options.one_core) one_core.emplace(sched_getcpu());
  const LaunchStdout output = options.output == "-" ? LaunchStdout::to_stderr : LaunchStdout::unchanged;
  const LaunchedProcess root =
      launch_command(program, options.command, make_seccomp_filter(syscall_table(), options.all_syscalls), output);
  const Ns cpu_before_ns = own_cpu();  // calibration is no part of the recording
  raise_descriptor_limit();
  LiveProcesses live;
  SignalForwarder forwarder(live, root.pid);
  ModuleCatalog modules;
  Tracer tracer(sink, {.stacks = options.stacks, .sample_hz = options.sample_hz, .all_syscalls = options.all_syscalls},
                {&live, &modules});
  const Outcome outcome = tracer.run(root);
  if (!outcome.started) {
    std::error_code ignored;
    if (options.output != "-") std::filesystem::remove(writer.current_path(), ignored);
    throw_launch_failure(root);
  }
  const Ns cpu_ns = own_cpu() - cpu_before_ns;
  sink.guarded([&](TraceWriter& w) {
    tracer.record_modules(w);
    w.finish(make_footer(outcome, tracer.totals(), sink, cpu_ns, forwarder.killed_by()));
  });
  if (!options.quiet && !sink.failed())
    print_summary(std::cerr, {outcome, tracer.totals(), header.calibration, sink.losses(),
                              options.output == "-" ? "-" : writer.current_path(), writer.bytes_written(), cpu_ns,
                              options.verbose});
  return end_like(outcome.root_status, !sink.failed());
}

}  // namespace simrec::record
