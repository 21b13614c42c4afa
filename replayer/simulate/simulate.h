// Executes a causal program on a SimGrid platform. The only place that knows SimGrid.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "replayer/program/program.h"
#include "replayer/simulate/network_model.h"
#include "trace-format/critical_path.h"

namespace simrec::replay {

/// A platform, placement or program that cannot be simulated; what() is for the user.
class ReplayError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class IntervalState : std::uint8_t { compute, network, disk, sync, child, sleep, ready };

struct Interval {
  Ns duration_ns = 0;
  IntervalState state = IntervalState::compute;
  std::uint32_t cause_plus_one = 0;  ///< thread index + 1 of the thread that ended the wait; 0 = none
};

struct ProcessOutcome {
  std::string host;
  Ns start_ns = 0, end_ns = 0, compute_ns = 0;
  Ns network_ns = 0, disk_ns = 0, sync_ns = 0, child_ns = 0, sleep_ns = 0, ready_ns = 0;
  std::uint32_t threads = 0;
};

struct HostOutcome {
  std::string name;
  std::uint32_t cores = 0;
  double speed_flops = 0;
  Ns busy_core_ns = 0;
  std::vector<std::uint64_t> busy_over_time_ns{};  ///< as StreamUse: only if a path was asked for
};

/// A step of the critical path.
struct PathPart {
  Ns duration_ns = 0;
  PathKind kind = PathKind::compute;
  std::uint32_t thread = 0;
  std::uint32_t what_plus_one = 0;  ///< latency, bandwidth, window: stream; connect: connection; disk: entry of
                                    ///< Program::ios; others: thread that ended the wait. 0 = none
  Ns waited_ns = 0;                 ///< of a step that ends a wait: how long the thread had waited then
};

struct StreamUse {
  std::uint64_t messages = 0, bytes = 0;
  Ns wait_ns = 0;  ///< of readers
};

struct LinkUse {
  std::string name;
  double bandwidth = 0, latency_s = 0;  ///< bytes per second
  std::uint64_t bytes = 0;              ///< as on the wire
  Ns busy_ns = 0;
  std::vector<std::uint64_t> bytes_over_time{};  ///< in kUseSlices equal slices of the predicted time
};

struct Outcome {
  Ns predicted_ns = 0;  ///< wall time of process 0
  std::uint64_t operations = 0;
  std::uint64_t outlasting_waits = 0;           ///< waits longer than the usual timeout of their thread
  Ns outlasting_ns = 0;                         ///< their sum
  std::vector<ProcessOutcome> processes;        ///< as Program::processes
  std::vector<HostOutcome> hosts;               ///< used ones
  std::vector<std::vector<Interval>> timeline;  ///< by thread, from its process's start; only if asked for
  std::vector<Ns> thread_start_ns;
  bool path_followed = false;      ///< false: not asked for, too long, or by the reference engine
  std::vector<PathPart> path;      ///< from process 0's start to its end without gaps: adds up to predicted_ns
  std::vector<StreamUse> streams;  ///< by Program::streams; this and the next only if a path was asked for
  std::vector<LinkUse> links;      ///< that something went over
  std::vector<std::string> warnings;
  std::vector<NamedValue> counts;
};

/// One rule of --place, in the order given; the last that matches a process wins.
struct PlaceRule {
  std::string pattern;  ///< glob on any of its names, "name:GLOB" (the last one only), "pid:N" or "cmd:GLOB"
  std::string host;
};

/// Some processes compute faster or slower than they did, wherever they run: a change of their code.
struct CpuRule {
  std::string pattern;     ///< as PlaceRule::pattern
  double time_factor = 1;  ///< of the time of their computing, >= 0; several rules for one process multiply
};

enum class EngineKind : std::uint8_t { event, reference };

struct SimulateOptions {
  EngineKind engine = EngineKind::event;
  std::vector<PlaceRule> placement;
  std::vector<CpuRule> cpu;
  std::string deployment_file;  ///< SimGrid deployment XML; "" = none
  double host_speed_flops = 0;  ///< overrides Program::recorded_speed_flops; 0 = as recorded
  bool timeline = false;
  std::size_t path_steps = 0;  ///< follow the critical path, remembering so many steps at most; 0 = do not
  NetworkModel model;
  std::vector<std::string> simgrid_config;        ///< "key:value", after our defaults
  std::function<void(double fraction)> progress;  ///< called now and then; may be empty
};

/// Simulates. A process can hold only one SimGrid engine in its life, so the simulation runs in a
/// forked child and its outcome comes back through a pipe; call it as often as you like.
/// Throws ReplayError: bad platform, unmatched pattern, missing route, a cycle of waits (named).
Outcome simulate(const Program& program, const std::string& platform_file, const SimulateOptions& options);

/// One of many simulations.
struct Simulation {
  const Program* program = nullptr;
  std::string platform_file;
  SimulateOptions options;
  std::shared_ptr<const void> keeper;  ///< of the platform file; may be empty
};

/// How it went: an outcome, or why there is none.
struct Simulated {
  std::optional<Outcome> outcome;
  std::string failure;
};

/// Simulates `count` times, at most `jobs` at once. `simulation(i)` is called in the process that simulates, which may
/// make files of its own; `done(i, …)` here, as they end, in any order. Each is as simulate() alone would make it.
/// Throws ReplayError if no process can be started.
void simulate_many(std::size_t count, std::size_t jobs, const std::function<Simulation(std::size_t)>& simulation,
                   const std::function<void(std::size_t, Simulated)>& done);

}  // namespace simrec::replay
