// What both engines take and give.
#pragma once

#include <functional>
#include <limits>

#include "replayer/simulate/accounting.h"
#include "replayer/simulate/insight.h"
#include "replayer/simulate/network_model.h"
#include "replayer/simulate/platform.h"

namespace simgrid::s4u {
class Engine;
}

namespace simrec::replay {

/// A moment that does not come, in seconds of simulated time.
inline constexpr double kNever = std::numeric_limits<double>::infinity();

/// Things that happened which a user should know about; they become Outcome::counts.
struct EngineCounts {
  std::uint64_t sleeps_cut_short = 0;
  std::uint64_t capacity_relaxed = 0;
  std::uint64_t turns_added = 0;
  std::uint64_t came_first = 0;
  std::uint64_t network_flows = 0;
};

struct EngineInput {
  const Program& program;
  Platform& platform;
  simgrid::s4u::Engine& simgrid;
  NetworkModel network;
  double recorded_speed_flops = 0;
  bool platform_changes = false;  ///< availability profiles: SimGrid's clock must be followed step by step
  bool own_options = false;       ///< SimGrid has options besides ours: bandwidth is shared as it does then
  Accounting& accounting;
  Insight* insight = nullptr;  ///< nullptr = not asked for
  EngineCounts& counts;
  std::vector<double>& busy_core_s;                        ///< by platform host
  std::function<void(std::uint64_t operations)> progress;  ///< called every few ten thousand ops; may be empty
  std::function<void(std::uint64_t operations)> finished;  ///< called when the last thread has ended; does not return
  std::function<void(const std::string&)> failed;          ///< called with a message for the user; does not return
};

/// Own event queue, processor model and sharing of links; SimGrid is asked for the platform and for disks, and for
/// flows where it may share links in another way (its options, availability profiles, Wi-Fi).
void run_event_engine(const EngineInput& input);

/// The plainest way: one SimGrid actor per thread, SimGrid executions, sleeps and semaphores. For comparison.
void run_reference_engine(const EngineInput& input);

/// Seconds an op's CPU time takes on a host's core with nobody else there.
inline double work_s(const EngineInput& input, const UsedHost& host, std::int64_t cpu_ns) {
  return static_cast<double>(cpu_ns) * 1e-9 * (input.recorded_speed_flops / host.speed_flops);
}

/// The message for a standstill. `positions` as in describe.h.
std::string standstill_message(const Program& program, const std::vector<std::uint32_t>& positions);

}  // namespace simrec::replay
