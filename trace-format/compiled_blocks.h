// A compiled causal program as a file holds it (program.capnp): tables as values, ops still coded in columns.
// What it means is the replayer's business (replayer/program).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "trace-format/model.h"

namespace simrec {

/// How the tool version of a compiled program begins.
inline constexpr const char* kProgramTool = "simreplay-program ";
inline constexpr std::uint32_t kProgramVersion = 2;

/// See replayer/program/program.h, RecordingQuality.
struct CompiledQuality {
  Ns program_cpu_ns = 0, interception_cpu_ns = 0, ledger_residual_ns = 0, waited_for_core_ns = 0;
  std::uint64_t lost = 0;
  bool partial = false;
  Ns crowded_ns = 0;
  std::uint32_t kept_share_ppm = 0;
  Ns deadline_ns = 0;
};

struct CompiledSummary {
  std::uint32_t format_version = kProgramVersion;
  std::string tool_version{};
  std::string trace_name{}, trace_sha256{};
  Header trace_header{};
  bool whole_run = true;  ///< the trace has the run's beginning and end
  std::string order{};    ///< "arrival" or "recorded"
  double recorded_speed_flops = 0;
  std::uint32_t recorded_cores = 0;
  Ns wake_up_ns = 0, timer_slack_ns = 0, cold_ns = 0, cold_long_ns = 0;
  std::uint32_t tokens = 0, timers = 0;
  std::uint64_t events = 0;
  Ns recorded_ns = 0, native_estimate_ns = 0;
  std::vector<std::string> warnings{};
  std::vector<NamedCount> counts{};
  std::uint32_t processes = 0, threads = 0, streams = 0, connections = 0, ios = 0;  ///< sizes of the tables
  CompiledQuality quality{};
};

struct CompiledProcess {
  std::int64_t pid = 0;
  std::string name, command_line;
  std::vector<std::string> names;
  std::uint32_t parent_plus_one = 0;
  std::uint32_t sharing_group = 0;
  std::string sharing_reason;
  std::int64_t interpreter_slice_ns = 0;
};

struct CompiledThread {
  std::uint32_t process = 0;
  std::int64_t tid = 0;
  bool spawned = false;
  Ns start_ns = 0;
  std::uint32_t loop_plus_one = 0;
  std::uint32_t ops = 0;
  Ns usual_timeout_ns = 0;
  std::uint32_t pool_plus_one = 0;
};

struct CompiledGate {
  std::uint8_t kind = 0;
  std::uint32_t target = 0;
  std::int64_t value = 0;
};

struct CompiledStream {
  std::uint16_t transport = 0;
  std::int64_t capacity_bytes = 0;
  std::uint32_t connection_plus_one = 0, writer_thread = 0, reader_thread = 0;
  std::string label;
};

struct CompiledConnection {
  std::uint16_t transport = 0;
  std::uint32_t client_thread = 0, server_thread = 0;
  std::string label;
};

struct CompiledIo {
  std::int64_t bytes = 0;
  bool write = false;
  std::string label;
};

struct CompiledFunction {
  std::uint32_t thread = 0;
  std::string label;
  std::int64_t cpu_ns = 0;
};

struct CompiledTables {
  std::vector<CompiledProcess> processes;
  std::vector<CompiledThread> threads;
  std::vector<CompiledStream> streams;
  std::vector<CompiledConnection> connections;
  std::vector<CompiledIo> ios;
  std::vector<CompiledGate> gates;
  std::vector<CompiledFunction> sampled;
};

/// Consecutive ops of one thread. Columns read from a frame point into it.
struct CompiledOps {
  std::uint32_t thread = 0, first_op = 0, count = 0, origins = 0;
  std::span<const std::uint8_t> what, flags, target, value, origin_op, origin_kind, origin_fd;
};

struct EndOfProgram {};
/// A message this version does not know.
struct UnknownProgramBlock {};

using CompiledBlock = std::variant<CompiledSummary, CompiledTables, CompiledOps, EndOfProgram, UnknownProgramBlock>;

}  // namespace simrec
