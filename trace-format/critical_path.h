// The critical path of a prediction: who and what each moment of the predicted time was waiting for. Followed
// backwards from the end of the root command: where a thread computed, its computing; where something else ended its
// wait, the way that took (a message's transfer, a wake-up), and then what the thread that caused it had done before.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "trace-format/ids.h"

namespace simrec {

/// What the time of a step was spent on. Order and values are those of the schema.
enum class PathKind : std::uint8_t {
  compute,    ///< on a core
  ready,      ///< runnable, but no core free
  latency,    ///< a message under way on the network, besides its transfer time
  bandwidth,  ///< its transfer time, behind other transfers included
  connect,    ///< handshake of a connection
  disk,
  lock,     ///< from the moment its holder gave a lock free until the thread that waited for it ran
  sync,     ///< the same for other waits that a thread ended: futex, eventfd, signal, pipe, Unix socket
  child,    ///< the same for wait4 and vfork
  sleep,    ///< sleeps and timers that expired
  order,    ///< an event loop's turn was handed over
  window,   ///< a sender waited for acknowledgements or room: round trips
  wake,     ///< woken after a message, a device or a sleep: the host's wake-up cost
  outside,  ///< recorded waits whose cause is not in the trace, as long as recorded
};
inline constexpr std::size_t kPathKinds = static_cast<std::size_t>(PathKind::outside) + 1;

/// One word for people and for JSON: "compute", "ready", …
const char* name_of(PathKind kind);
/// One line that explains it.
const char* meaning_of(PathKind kind);

/// Steps follow each other without gap. A step of no duration is a hand-over that took no time.
struct PathStep {
  Ns start_ns = 0, duration_ns = 0;
  PathKind kind = PathKind::compute;
  std::int64_t pid = 0, tid = 0;  ///< thread whose time it is; of a message the thread that sent it
  std::uint32_t what = 0;         ///< index into CriticalPath::names: connection, file, or thread that ended the wait
  Ns waited_ns = 0;               ///< of a step that ends a wait: how long the thread had waited then
  bool operator==(const PathStep&) const = default;
};

/// Computing on the path by sampled function (simrec --sample).
struct PathFunction {
  std::int64_t pid = 0, tid = 0;
  std::uint32_t what = 0;  ///< index into CriticalPath::names: the function
  Ns path_ns = 0;
  bool operator==(const PathFunction&) const = default;
};

/// The steps cover the predicted time from 0 to its end: their durations add up to it exactly.
struct CriticalPath {
  std::vector<std::string> names{};  ///< names[0] is ""
  std::vector<PathStep> steps{};
  std::vector<PathFunction> functions{};  ///< of each sampled thread, together its computing on the path
  bool operator==(const CriticalPath&) const = default;
};

/// Bytes of one direction of a connection, a pipe or a message path.
struct ConnectionResult {
  std::string name{};  ///< "tcp 10.0.0.1:4242 -> 10.0.0.2:6379"
  std::int64_t from_pid = 0, to_pid = 0;
  std::string from_host{}, to_host{};
  std::uint64_t messages = 0;  ///< writes
  std::uint64_t bytes = 0;
  Ns wait_ns = 0;  ///< that readers waited for them
  Ns path_ns = 0;  ///< latency, bandwidth and window steps of it on the critical path
  bool operator==(const ConnectionResult&) const = default;
};

/// A link that bytes went over.
struct LinkResult {
  std::string name{};        ///< as in the platform
  double bandwidth_bps = 0;  ///< bytes per second
  double latency_s = 0;
  std::uint64_t bytes = 0;                       ///< as on the wire, headers included
  Ns busy_ns = 0;                                ///< time with a transfer under way
  std::vector<std::uint64_t> bytes_over_time{};  ///< in equal slices of the predicted time
  bool operator==(const LinkResult&) const = default;
};

}  // namespace simrec
