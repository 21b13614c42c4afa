// The validity meter: how much of a prediction depends on what a trace cannot tell. Each doubtful thing is turned
// the other way round, the program is replayed again, and the change of the predicted time is the share that depends
// on it. One row per doubt in sensitivity.cc.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "replayer/compile/compile.h"
#include "replayer/program/program.h"
#include "replayer/simulate/simulate.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

// Doubt::what of the doubts that are measured.
inline constexpr const char* kOutsideWaits = "waits for something outside the trace";
inline constexpr const char* kExpiredTimeouts = "timeouts that expired while recording";
inline constexpr const char* kCutTimeouts = "timeouts that would not have expired here";
inline constexpr const char* kOutlastedTimeouts = "waits that outlast a timeout which did not expire while recording";
inline constexpr const char* kArrivalOrder = "event-loop handlers in order of arrival, not of the recording";
inline constexpr const char* kWinners = "waits for threads that came first while recording, and may not here";
inline constexpr const char* kKeptShares = "exchanges kept by connections that shared their work by chance";
inline constexpr const char* kDeadlines = "work until a time is over";
inline constexpr const char* kSmallWrites = "writes without TCP_NODELAY, which may wait for acknowledgements";
inline constexpr const char* kLentConnections = "requests of several clients on the same connections of a pool";
inline constexpr const char* kPacedRequests =
    "requests that a timer started, perhaps before the answer to the last one";
inline constexpr const char* kPacketWork = "transfers between hosts, whose packets cost a kernel more than loopback's";
inline constexpr const char* kUnseenEnds = "ends of threads that others found out without a call";
inline constexpr const char* kSpins = "iterations of busy waits that were folded";
inline constexpr const char* kEmptyHanded = "calls that found nothing (EAGAIN)";
inline constexpr const char* kRecordedOrder = "waits for locks, queues and threads in the recorded order";

/// Programs with more operations are not replayed again (about 2 s each).
inline constexpr std::uint64_t kMostOperations = 2'000'000;

struct Sensitivity {
  std::vector<Doubt> doubts;  ///< only those that occurred; with share < 0 if it could not be measured
  /// Relative change of the predicted time per relative change of all bursts; nullopt = not measured.
  std::optional<double> cpu_share;
  /// Half the relative difference between two replays whose bursts vary by chance in opposite ways.
  std::optional<double> burst_chance;
};

/// How to replay otherwise.
struct Laboratory {
  /// The asked-for simulation of another program. Throws ReplayError. Empty = count only.
  std::function<Outcome(const Program&)> replay;
  /// The trace compiled otherwise; empty = the trace is not at hand any more.
  std::function<Program(Order, Spins)> compile;
};

/// Replays up to thirteen times. `order`: that `program` was compiled with.
Sensitivity measure_sensitivity(const Program& program, const Outcome& outcome, Order order,
                                const Laboratory& laboratory);

/// Share of a doubt; 0 if it did not occur or was not measured.
double share_of(const std::vector<Doubt>& doubts, std::string_view what);

}  // namespace simrec::replay
