// What a trace holds, counted in one pass: per process and per call.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trace-format/ledger.h"
#include "trace-format/trace_reader.h"

namespace simrec::analysis {

/// Sums over some events; CPU times have the tracing cost removed.
struct Totals {
  std::uint64_t events = 0;
  std::uint64_t errors = 0;  ///< calls that returned an error
  std::uint64_t bytes = 0;   ///< moved through descriptors
  Ns burst_ns = 0;           ///< CPU time of the program between calls
  Ns call_cpu_ns = 0;        ///< CPU time inside calls
  Ns blocked_ns = 0;         ///< time in calls without CPU and not waiting for a core
  Ns ready_ns = 0;           ///< runnable in a call, waiting for a core

  Ns compute_ns() const { return burst_ns + call_cpu_ns; }
  /// Adds an event; `cpu` are its times with the tracing cost removed.
  void add(const Event& event, const CorrectedTimes& cpu);
};

struct ProcessStatistics {
  Totals totals;
  std::uint32_t threads = 0;
  Ns start_ns = 0;
  Ns end_ns = 0;  ///< of its last event
};

/// Samples with one call stack.
struct SampledStack {
  std::uint64_t count = 0;
  Ns cpu_ns = 0;  ///< CPU time they stand for
};

struct Statistics {
  Header header;
  Tables tables;
  std::optional<Footer> footer;
  std::string incomplete;  ///< "" for a whole trace
  std::uint64_t compressed_bytes = 0;
  std::uint64_t frames = 0;
  Totals totals;
  std::map<std::uint16_t, Totals> by_kind;
  std::map<std::uint32_t, SampledStack> samples;  ///< by StackId
  std::vector<ProcessStatistics> processes;       ///< by ProcessId
  Ns end_ns = 0;                                  ///< of the last event
  Ns tracing_wall_ns = 0;                         ///< calibrated wall time that interception added, summed over threads
};

/// Reads a whole trace in flat memory. Throws TraceError.
Statistics collect_statistics(const std::string& path);

/// A word as one would type it in a shell: quoted only where needed.
std::string shell_quoted(const std::string& word);

/// Command line of the last image a process ran, as one would type it; "?" if unknown.
std::string command_line(const Tables& tables, ProcessId process);

/// Short name (comm) of the last image a process ran; "?" if unknown.
std::string process_name(const Tables& tables, ProcessId process);

}  // namespace simrec::analysis
