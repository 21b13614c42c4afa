// What a trace says, as plain C++ values: the in-memory twin of trace.capnp.
// Recorder, replayer and analysis all speak these types; nobody else includes the generated schema.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trace-format/ids.h"

namespace simrec {

inline constexpr std::uint32_t kFormatVersion = 2;

// How toolVersion begins in traces and in predictions: tells the two kinds of file apart.
inline constexpr const char* kTraceTool = "simrec ";
inline constexpr const char* kPredictionTool = "simreplay ";

/// Events that are not system calls; `Event::kind` holds their value + kPseudoBase.
enum class PseudoEvent : std::uint16_t { threadStart, threadExit, signal, execDone, stopped, continued, sample };
inline constexpr std::uint16_t kPseudoBase = 4096;
constexpr std::uint16_t event_kind(PseudoEvent e) {
  return static_cast<std::uint16_t>(kPseudoBase + static_cast<std::uint16_t>(e));
}

/// Bits of Event::flags.
enum EventFlag : std::uint32_t {
  kEntryOnly = 1,   ///< only the entry was intercepted: result, exit time and call CPU are unknown (0)
  kUnfinished = 2,  ///< the thread died, or the recording ended, inside the call
  kCrossCpu = 4,    ///< the tracer ran on another core than the thread: larger bias
  kRestarted = 8,   ///< interrupted by a signal; the kernel restarts it (result is -EINTR)
  kUnknown = 16,    ///< details could not be read (counted in the footer's losses)
  kPrepared = 64,   ///< before it the recorder was at work in the thread: that waiting is not the program's
  kFast = 32,       ///< seen by the in-process tier (2), without a stop: times are exact to some 10 ns
};

/// One event of one thread. Times are raw: the observer ledger's bias is still inside (ledger.h removes it).
/// A call's arguments are those its row in the system call table names, in that order, then the row's extras.
struct Event {
  ThreadId thread{};
  std::uint16_t kind = 0;  ///< x86-64 system call number, or event_kind(PseudoEvent)
  std::uint32_t flags = 0;
  Ns entry_ns = 0;          ///< wall clock
  Ns exit_ns = 0;           ///< wall clock; == entry_ns when entry-only
  Ns burst_ns = 0;          ///< CPU time the thread used since the previous event's exit
  Ns call_cpu_ns = 0;       ///< CPU time used inside the call
  Ns ready_ns = 0;          ///< part of the call's wall time spent runnable, waiting for a core
  std::int64_t result = 0;  ///< return value, or -errno
  StackId stack{};
  std::span<const std::int64_t> arguments{};  ///< valid as long as the reader or caller keeps them

  bool is(PseudoEvent e) const { return kind == event_kind(e); }
  std::int64_t argument(std::size_t i, std::int64_t fallback = 0) const {
    return i < arguments.size() ? arguments[i] : fallback;
  }
};

/// Order and values are those of the schema's Object.Kind.
enum class ObjectKind : std::uint16_t {
  unknown,
  file,
  directory,
  device,
  terminal,
  pipe,
  tcp,
  udp,
  unixStream,
  unixDatagram,
  unixSeqpacket,
  socketOther,
  eventfd,
  timerfd,
  signalfd,
  epoll,
  inotify,
  pidfd,
  memfd,
  ioUring,
  sharedMemory,
  anonymous,
};

/// A kernel object behind file descriptors. Fields as in the schema; 0 or empty = unknown.
struct Object {
  ObjectId id{};
  ObjectKind kind = ObjectKind::unknown;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  StringId path{};
  StringId local_address{};
  StringId peer_address{};
  std::uint64_t cookie = 0;
  std::uint64_t network_namespace = 0;
  ObjectId peer{};
  std::uint64_t capacity_bytes = 0;
  std::uint64_t send_buffer_bytes = 0;
  std::uint64_t receive_buffer_bytes = 0;
  std::uint64_t peer_inode = 0;
  bool nonblocking = false;
  bool close_on_exec = false;
  std::uint64_t size_bytes = 0;
  bool operator==(const Object&) const = default;
};

struct Frame {
  StringId function{};
  StringId module{};
  std::uint64_t offset = 0;
  bool operator==(const Frame&) const = default;
};

struct Stack {
  StackId id{};
  std::vector<Frame> frames{};  ///< innermost first
};

struct Descriptor {
  std::int32_t fd = -1;
  ObjectId object{};
  bool close_on_exec = false;
  bool nonblocking = false;
};

struct Process {
  ProcessId index{};
  std::int64_t pid = 0;
  std::uint32_t parent_plus_one = 0;  ///< index + 1 of the parent; 0 = root command
  Ns start_ns = 0;
  std::vector<Descriptor> descriptors{};  ///< inherited from outside the trace
};

struct Thread {
  ThreadId index{};
  ProcessId process{};
  std::int64_t tid = 0;
  std::int64_t namespace_tid = 0;
  std::uint32_t creator_plus_one = 0;  ///< index + 1 of the creating thread; 0 = the recorder
  Ns start_ns = 0;
  std::uint64_t clone_flags = 0;
  std::uint64_t clear_tid_address = 0;
};

struct Module {
  StringId path{};
  std::string build_id{};  ///< raw bytes
  std::string sha256{};    ///< raw bytes
};

/// What a process runs, from start_ns on.
struct Image {
  ProcessId process{};
  Ns start_ns = 0;
  StringId name{};
  StringId executable{};
  std::vector<StringId> arguments{};
  std::vector<Module> modules{};
  StringId working_directory{};
};

struct HostInfo {
  std::string name{}, machine{}, kernel{}, cpu_model{}, distribution{}, virtualization{};
  std::string tcp_congestion_control{};  ///< what the host's TCP uses by default
  std::uint32_t cores = 0;
  std::uint64_t memory_bytes = 0;
};

/// One entry of the observer ledger; see the schema's StopCost.
struct StopCost {
  std::uint8_t tier = 1;
  bool whole_call = true;
  bool same_cpu = true;
  Ns burst_bias_ns = 0;
  Ns call_bias_ns = 0;
  Ns wall_ns = 0;
  Ns residual_ns = 0;
};

struct Calibration {
  double core_speed_flops = 0;
  Ns loopback_latency_ns = 0;
  double loopback_bandwidth_bytes_per_s = 0;
  Ns wake_up_ns = 0;
  Ns wake_up_recording_ns = -1;  ///< the same while simrec keeps idle cores from sleeping deeply; -1 = not measured
  Ns timer_slack_ns = 0;
  Ns cold_ns = 0;
  Ns cold_long_ns = 0;
  std::vector<StopCost> stops{};
};

struct Header {
  std::uint32_t format_version = kFormatVersion;
  std::string tool_version{};
  std::int64_t started_unix_ns = 0;
  HostInfo host{};
  Calibration calibration{};
  std::vector<std::string> command{};
  std::string working_directory{};
  std::vector<std::string> options{};
  bool tcp_options = false;  ///< setsockopt(TCP_NODELAY) calls are among the events
};

/// How simrec's option to attach begins in Header::options: such a trace starts in the middle of its programs.
inline constexpr std::string_view kAttachOption = "--attach";
inline bool starts_in_the_middle(const Header& header) {
  return std::ranges::any_of(header.options, [](const std::string& o) { return o.starts_with(kAttachOption); });
}

struct NamedCount {
  std::string name{};
  std::uint64_t count = 0;
};

struct Footer {
  Ns end_ns = 0;
  std::int32_t root_exit_status = 0;
  Ns root_end_ns = 0;
  std::uint64_t events = 0;
  std::uint32_t processes = 0;
  std::uint32_t threads = 0;
  std::vector<NamedCount> losses{};
  std::vector<NamedCount> calls{};
  Ns recorder_cpu_ns = 0;
  std::string truncated_by{};
};

}  // namespace simrec
