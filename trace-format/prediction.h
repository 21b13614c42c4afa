// What a prediction says, as plain C++ values: the in-memory twin of prediction.capnp.
// Times are nanoseconds of simulated time since the start of the root command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace-format/critical_path.h"
#include "trace-format/model.h"

namespace simrec {

inline constexpr std::uint32_t kPredictionVersion = 1;

/// Time threads spent waiting, by cause (summed over threads).
struct Waits {
  Ns network_ns = 0;  ///< bytes, connections, send buffers
  Ns disk_ns = 0;
  Ns sync_ns = 0;   ///< futex, eventfd, signals, locks, pipes
  Ns child_ns = 0;  ///< wait4, vfork
  Ns sleep_ns = 0;  ///< sleeps, expired timeouts, recorded external waits
  Ns ready_ns = 0;  ///< runnable, but no core free
  bool operator==(const Waits&) const = default;
};

struct ProcessResult {
  std::int64_t pid = 0;  ///< as recorded
  std::string name{};
  std::string command_line{};
  std::string host{};
  Ns start_ns = 0;
  Ns end_ns = 0;
  Ns compute_ns = 0;  ///< summed over its threads, as the waits
  Waits waits{};
  std::uint32_t threads = 0;
  bool operator==(const ProcessResult&) const = default;
};

struct HostResult {
  std::string name{};
  std::uint32_t cores = 0;
  double speed_flops = 0;  ///< of one core
  Ns busy_core_ns = 0;
  std::vector<std::uint64_t> busy_over_time_ns{};  ///< busy_core_ns in equal slices of the predicted time; or none
  bool operator==(const HostResult&) const = default;
};

/// What a thread did in one interval of a timeline. Order and values are those of the schema.
enum class TimelineState : std::uint8_t { compute, network, disk, sync, child, sleep, ready };

/// Part of a thread's timeline; intervals follow each other without gaps.
struct TimelineInterval {
  TimelineState state = TimelineState::compute;
  Ns duration_ns = 0;
  std::uint64_t cause_tid_plus_one = 0;  ///< tid + 1 of the thread that ended the wait; 0 = none
  bool operator==(const TimelineInterval&) const = default;
};

/// Timeline of one thread; only with --timeline.
struct ThreadTimeline {
  std::int64_t pid = 0;
  std::int64_t tid = 0;
  Ns start_ns = 0;
  std::vector<TimelineInterval> intervals{};
  bool operator==(const ThreadTimeline&) const = default;
};

/// Something a trace cannot tell, and how much it matters to this prediction.
struct Doubt {
  std::string what{};
  std::uint64_t count = 0;  ///< how often
  double share = -1;        ///< part of the predicted time that changes if it went otherwise; < 0 = not measured
  bool operator==(const Doubt&) const = default;
};

/// One reason why the interval is not narrower.
struct Uncertainty {
  std::string what{};
  double relative = 0;  ///< half width of its own, as a part of the predicted time
  bool operator==(const Uncertainty&) const = default;
};

/// The headline numbers; fields as in the schema's Summary.
struct PredictionSummary {
  std::uint32_t format_version = kPredictionVersion;
  std::string tool_version{};
  std::string simgrid_version{};
  std::string trace_name{}, trace_sha256{};
  std::string platform_name{}, platform_sha256{};
  std::string engine{};       ///< "event" or "reference"
  Ns predicted_ns = 0;        ///< wall time of the root command on the platform
  Ns recorded_ns = 0;         ///< wall time of the root command while it was recorded
  Ns native_estimate_ns = 0;  ///< recorded_ns with the tracing cost on its critical path removed
  Ns twin_ns = 0;             ///< predicted wall time on the twin of the recording host
  double closure_error = 0;   ///< twin_ns / native_estimate_ns - 1
  std::uint64_t events = 0;
  std::uint64_t operations = 0;
  std::vector<ProcessResult> processes{};
  std::vector<HostResult> hosts{};
  std::vector<std::string> warnings{};
  std::vector<NamedCount> counts{};  ///< what could not be known (validity), by name
  std::vector<std::string> options{};
  std::string trust{};                       ///< "high", "medium", "low"; "" = not judged
  std::vector<std::string> trust_reasons{};  ///< the worst first
  std::vector<Doubt> validity{};
  Ns interval_low_ns = 0, interval_high_ns = 0;  ///< about 90 %; 0, 0 = none
  std::vector<Uncertainty> uncertainties{};      ///< what the interval is made of
  std::uint32_t recordings = 1;                  ///< recordings of the same experiment behind the prediction
  std::string platform_file{};                   ///< as given; "" = none, the platform is made from the trace
};

struct Prediction {
  PredictionSummary summary{};
  std::vector<ThreadTimeline> timelines{};
  std::optional<CriticalPath> path{};           ///< nullopt = not followed
  std::vector<ConnectionResult> connections{};  ///< one per direction, in the program's order
  std::vector<LinkResult> links{};              ///< that something went over
};

}  // namespace simrec
