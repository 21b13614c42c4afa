// The causal program: per thread a stream of ops with every wait resolved to its cause.
// Made from a trace by replayer/compile, executed on a platform by replayer/simulate; knows neither
// SimGrid nor the trace format's files. Semantics of each op below are the contract between the two.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trace-format/ids.h"
#include "trace-format/scratch_sequence.h"

namespace simrec::replay {

using StreamId = Id<struct StreamTag>;          ///< one direction of a connection, pipe or message path
using ConnectionId = Id<struct ConnectionTag>;  ///< one TCP or Unix connection
using TokenId = Id<struct TokenTag>;            ///< something that happens once
using TimerId = Id<struct TimerTag>;            ///< an armed timer
using IoId = Id<struct IoTag>;                  ///< an entry of Program::ios

enum class OpKind : std::uint8_t {
  compute,  ///< value = CPU ns at the recording host's speed
  sleep,    ///< value = ns, never scaled. With kInterruptible: ends early as soon as the op that stands
            ///< `target` places further on in this thread could complete without waiting
  send,     ///< target = stream, value = bytes, 0 = only learns that the connection is there; waits while the stream's
         ///< capacity is full, until the last byte fits: sent - consumed <= capacity. Waits for the connection first if
         ///< it is being set up
  recv,      ///< target = stream, value = cumulative byte count that must have arrived; then
             ///< consumed = max(consumed, value), which may release senders
  finish,    ///< target = stream: the writer closed it; arrives behind all bytes sent so far
  recv_end,  ///< target = stream: waits for finish to arrive
  connect,   ///< target = connection: starts the handshake; completes after 1 RTT (at once if kNonblocking)
  accept,    ///< target = connection: waits until the handshake has reached the accepting side
  signal,    ///< target = token: happens now (a second signal does nothing)
  wait,      ///< target = token: until it happened. `cause` says which kind of wait it is for reports. value = 0, or
             ///< index + 1 in Program::gates: with kYields it does not wait unless that op could complete, too
  arm,       ///< target = timer: the timer's base becomes now
  expire,    ///< target = timer, value = ns: waits until base + value
  io,        ///< target = Program::ios entry: device transfer if the host has a disk, else value = recorded wait ns
  spawn,     ///< target = thread index: it starts now
  exit,      ///< last op of each thread
};

/// What a wait op is charged to in reports.
enum class Cause : std::uint8_t { none, network, disk, sync, child, sleep };

enum OpFlag : std::uint16_t {
  kInterruptible = 1,  ///< see sleep
  kNonblocking = 2,    ///< see connect; an exit: the process ends without waiting for the thread, which it kills
  kTurn = 8,           ///< head of an event loop's handler: the fiber needs its loop's turn, see ProgramThread
  kOutside = 16,       ///< a sleep that stands for a recorded wait whose cause is not in the trace
  kExpired = 32,       ///< a sleep or expire that is a timeout which expired while recording
  kRefill = 64,        ///< a send of what did not fit before: it was room that it waited for
  kLock = 128,         ///< a wait for a lock that another thread holds
  kYields = 256,       ///< a wait for whoever came first while recording: see wait
  kNagle = 512,  ///< a send to a socket without TCP_NODELAY; a sleep: the delayed acknowledgement of stream `target`
                 ///< that was waited for while recording
  kAfterAll = 1024,  ///< a signal that comes after all that the thread has done, whatever loop it was in; a wait for it
  kLingers = 2048,   ///< a finish that waits until it has been acknowledged (close() with SO_LINGER)
  kUnlocked = 8192,  ///< a compute op for which an interpreter's threads need no turn: system calls
  kPolls = 4096,     ///< a wait by asking again and again: the thread needs no waking
  kWoke = 4,         ///< the thread really slept here while recording (a wake-up belongs to it if it waits again)
};

/// 16 bytes: programs of hundreds of millions of ops must fit.
struct Op {
  OpKind kind = OpKind::exit;
  Cause cause = Cause::none;
  std::uint16_t flags = 0;
  std::uint32_t target = 0;
  std::int64_t value = 0;
  bool operator==(const Op&) const = default;
};
static_assert(sizeof(Op) == 16);

enum class Transport : std::uint8_t { pipe, unixSocket, tcp, datagram };

/// No capacity limit is known.
inline constexpr std::int64_t kUnlimited = INT64_MAX;

/// One direction of bytes. Source and destination hosts are those of the threads that send and receive;
/// reader_thread tells the sender where the bytes go before anybody has received.
struct Stream {
  Transport transport = Transport::pipe;
  std::int64_t capacity_bytes = kUnlimited;
  std::uint32_t connection_plus_one = 0;  ///< ConnectionId + 1; 0 = not a connection
  std::uint32_t writer_thread = 0;        ///< first thread that writes
  std::uint32_t reader_thread = 0;        ///< first thread that reads (or accepted, or inherited the end)
  std::string label;                      ///< for people: "tcp 127.0.0.1:4242 -> 127.0.0.1:6379", "pipe:[123]"
};

struct Connection {
  Transport transport = Transport::tcp;
  std::uint32_t client_thread = 0;
  std::uint32_t server_thread = 0;  ///< thread that accepted it
  std::string label;
};

/// A call that really waited for a device.
struct Io {
  std::int64_t bytes = 0;
  bool write = false;
  std::string label;
};

/// Where an op comes from, for messages about it ("redis-server[123] recvfrom fd 8").
struct OpOrigin {
  std::uint32_t first_op = 0;  ///< holds for ops from here on, until the next origin
  std::uint16_t event_kind = 0;
  std::int32_t fd = -1;
};

struct ProgramThread {
  std::uint32_t process = 0;  ///< index into Program::processes
  std::int64_t tid = 0;
  bool spawned = false;  ///< started by a spawn op; others start at start_ns
  Ns start_ns = 0;
  ScratchSequence<Op> ops;
  ScratchSequence<OpOrigin> origins;
  /// Index + 1 of the thread whose event loop this is a fiber of; 0 = a thread of its own. An event loop serves its
  /// sources in the order in which they become ready, not in the order of the recording: the handlers of each source
  /// are a fiber, and the thread and its fibers share one turn. Who has the turn runs. At an op with kTurn it gives
  /// the turn up unless the op could complete now and nobody is queued; whoever's kTurn op becomes ready queues for
  /// the turn, first come first served; whoever ends passes it on. Time is charged to the thread.
  std::uint32_t loop_plus_one = 0;
  /// Index + 1 of the thread to whose loop this thread and its fibers belong, with one more turn; 0 = to its own.
  /// Threads of a pool take work from one queue: as many of their fibers run at once as there are threads, and time is
  /// charged to whichever of them served.
  std::uint32_t pool_plus_one = 0;
  /// Usual timeout (geometric mean) of its polls that something ended in time; 0 = none, or some expired and the
  /// program only looked around (a tick of an event loop). A longer wait than that would have made it do something that
  /// the trace does not show, or send what it sends at its own pace.
  Ns usual_timeout_ns = 0;
};

/// Shorter ones would make more events than a program has ops.
inline constexpr Ns kShortestSlice_ns = 100'000;

struct ProgramProcess {
  std::int64_t pid = 0;
  std::string name;                ///< comm of its last image
  std::string command_line;        ///< of its last image, shell-quoted
  std::vector<std::string> names;  ///< of all its images: placement patterns match any
  std::uint32_t parent_plus_one = 0;
  /// Processes with equal values share memory or file offsets and cannot be put on different hosts.
  std::uint32_t sharing_group = 0;
  std::string sharing_reason;
  /// 0 = its threads compute at once; else it has an interpreter with a lock: one of them computes, the others wait for
  /// it to do anything else, or for so long.
  Ns interpreter_slice_ns = 0;  ///< of computing; at least kShortestSlice_ns
};

/// CPU time that samples found a thread in a function, its own.
struct SampledFunction {
  std::uint32_t thread = 0;
  std::string name;
  std::int64_t cpu_ns = 0;
};

struct NamedValue {
  std::string name;
  std::uint64_t value = 0;
};

class OpStore;

/// How well the recording shows the program. 0 = unknown or nothing.
struct RecordingQuality {
  Ns program_cpu_ns = 0;       ///< CPU time of all threads, tracing cost removed
  Ns interception_cpu_ns = 0;  ///< tracing cost that the observer ledger removed from it
  Ns ledger_residual_ns = 0;   ///< what the ledger cannot tell, at worst: residual x number of events
  Ns waited_for_core_ns = 0;   ///< time that threads were ready without a core, the recorder's own use removed
  Ns crowded_ns = 0;           ///< of the native estimate: threads off their core, though nothing kept them waiting
  std::uint64_t lost = 0;      ///< events or bytes that the recorder lost
  bool partial = false;        ///< 1 = starts in the middle, was cut, or was ended by a bound
  /// How much longer the busiest of connections that shared work is than an even share, where that was not dealt out.
  std::uint32_t kept_share_ppm = 0;
  Ns deadline_ns = 0;  ///< the program works until so much time is over: it would do other work elsewhere
};

struct Program {
  double recorded_speed_flops = 0;  ///< of one core of the recording host
  std::uint32_t recorded_cores = 0;
  Ns wake_up_ns = 0;  ///< calibrated cost of waking a blocked thread
  Ns timer_slack_ns = 0;
  Ns cold_ns = 0;                         ///< calibrated: how much longer a thread computes after a wait of 5 ms
  Ns cold_long_ns = 0;                    ///< the same after 40 ms; less than cold_ns = as much as cold_ns
  std::string tcp_congestion_control;     ///< the recording host's; empty = unknown
  std::vector<ProgramThread> threads;     ///< thread 0 is the main thread of the root command
  std::vector<ProgramProcess> processes;  ///< process 0 is the root command
  std::vector<Stream> streams;
  std::vector<Connection> connections;
  std::vector<Io> ios;
  /// What the thread that ended a wait had waited for before the wait began (locks of time slices: had received before
  /// it ended the wait). If that has not happened, it has not got as far here, and the waiting thread comes first.
  /// Kinds recv, recv_end, accept, wait.
  std::vector<Op> gates;
  std::uint32_t tokens = 0;
  std::uint32_t timers = 0;
  std::uint64_t events = 0;   ///< trace events it was made from
  Ns recorded_ns = 0;         ///< wall time of the root command while recorded
  Ns native_estimate_ns = 0;  ///< the same with the tracing cost on its critical path removed
  RecordingQuality quality;
  std::vector<std::string> warnings;
  std::vector<SampledFunction> sampled;  ///< by thread; empty without simrec --sample
  std::vector<NamedValue> counts;        ///< what cannot be known: expired timeouts, EAGAINs, external waits, …
  /// Set: the threads' ops and origins are empty and to be found here (op_store.h).
  std::shared_ptr<OpStore> stored;
};

/// May an op of that kind be a gate? See Program::gates.
inline bool can_be_gate(OpKind kind) {
  return kind == OpKind::recv || kind == OpKind::recv_end || kind == OpKind::accept || kind == OpKind::wait;
}

/// The gate of a wait op; nullptr = it has none.
inline const Op* gate_of(const Program& program, const Op& op) {
  return op.kind == OpKind::wait && op.value > 0 ? &program.gates[static_cast<std::size_t>(op.value - 1)] : nullptr;
}

}  // namespace simrec::replay
