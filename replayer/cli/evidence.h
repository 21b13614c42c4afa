// Everything that says how far a prediction can be trusted, as plain numbers: what trust.h and interval.h judge by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replayer/cli/sensitivity.h"
#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

struct Evidence {
  std::optional<double> closure_error;  ///< predicted on the twin / native estimate - 1
  /// What is left of it here, as a part of the predicted time: the replay misses the recorded run by an absolute time,
  /// which grows with slower cores but not with slower networks. Time that other programs took while recording is no
  /// error of the replay.
  std::optional<double> closure_effect;
  std::vector<Doubt> validity;
  double cpu_share = 1;                ///< part of the predicted time that scales with the cores' speed, 0..1
  std::optional<double> burst_chance;  ///< relative change of the predicted time if bursts vary, see sensitivity.h
  double speed_factor = 1;  ///< recorded core's speed / target core's, of the host where that is farthest from 1
  std::uint32_t recorded_cores = 0;
  std::uint32_t target_cores = 0;          ///< of the used host with the fewest
  double recorded_use = 0;                 ///< part of the recording host's cores that the program keeps busy there
  std::uint64_t core_queries = 0;          ///< times that it asked how many there are
  double core_wait_share = 0;              ///< of computing plus ready time on the target: ready without a core
  double disk_share = 0;                   ///< longest time a process waits for disks / predicted time
  double interception_share = 0;           ///< CPU time that interception took / CPU time of the program
  double ledger_share = 0;                 ///< what the observer ledger may be wrong by / CPU time of the program
  std::optional<double> other_load_share;  ///< time that other programs kept threads from a core / CPU time
  double unmeasured_share = 0;             ///< doubtful outcomes whose effect is not measured / operations
  double doubtful_requests = 0;            ///< over networks: kLentConnections and kPacedRequests / network flows
  double paced_delay = 0;        ///< if timers start requests: predicted time beyond the twin's / predicted time
  double ruby_lock_waits = 0;    ///< over networks: in the recorded order / network flows
  double python_lock_waits = 0;  ///< over networks: / network flows
  /// Over networks, of programs whose threads take turns in an interpreter: waits for locks, queues and threads in the
  /// recorded order / network flows.
  double ordered_waits = 0;
  std::uint64_t lost = 0;
  bool partial = false;      ///< the recording is a part of a run
  std::uint64_t forced = 0;  ///< full buffers ignored to avoid a standstill
  bool io_uring = false;
  bool several_hosts = false;
  std::vector<double> predicted_s;  ///< by recording of the experiment
};

/// Of one recording's replay. `recorded_speed_flops`: of one recording core. `twin`: nullopt = not replayed there.
Evidence gather(const Program& program, const Outcome& outcome, const std::optional<Outcome>& twin,
                const Sensitivity& sensitivity, double recorded_speed_flops);

/// Of several recordings of one experiment: medians of numbers, the worst of what must not happen at all.
Evidence together(const std::vector<Evidence>& recordings);

/// Standard deviation of the recordings' predictions in ln space; nullopt with fewer than two.
std::optional<double> spread(const Evidence& evidence);

}  // namespace simrec::replay
