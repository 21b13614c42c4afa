#include <algorithm>
#include <tuple>
#include <utility>

#include "replayer/program/op_columns.h"
#include "replayer/program/program_file.h"
#include "trace-format/compiled_codec.h"
#include "trace-format/frame_file.h"

namespace simrec::replay {
namespace {

constexpr int kCompressionLevel = 3;
// A frame is what a simulation decompresses to get at one thread's next piece.
constexpr std::size_t kFrameBytes = 16 * 1024;
constexpr std::size_t kTableBytes = 256 * 1024;
// One piece per running thread is in memory while simulating: together at most about 16 MiB of ops.
constexpr std::size_t kOpsAtHand = 1 << 20;
constexpr std::size_t kLongestPiece = 4096, kShortestPiece = 256;

CompiledSummary summary_of(const Program& p, const ProgramSource& source) {
  CompiledSummary s;
  s.tool_version = std::string(kProgramTool) + SIMREC_VERSION;
  s.trace_name = source.trace_name;
  s.trace_sha256 = source.trace_sha256;
  s.trace_header = source.header;
  s.whole_run = source.whole_run;
  s.order = source.order;
  s.recorded_speed_flops = p.recorded_speed_flops;
  s.recorded_cores = p.recorded_cores;
  s.wake_up_ns = p.wake_up_ns;
  s.timer_slack_ns = p.timer_slack_ns;
  s.cold_ns = p.cold_ns;
  s.cold_long_ns = p.cold_long_ns;
  s.tokens = p.tokens;
  s.timers = p.timers;
  s.events = p.events;
  s.recorded_ns = p.recorded_ns;
  s.native_estimate_ns = p.native_estimate_ns;
  s.quality = {p.quality.program_cpu_ns,
               p.quality.interception_cpu_ns,
               p.quality.ledger_residual_ns,
               p.quality.waited_for_core_ns,
               p.quality.lost,
               p.quality.partial,
               p.quality.crowded_ns,
               p.quality.kept_share_ppm,
               p.quality.deadline_ns};
  s.warnings = p.warnings;
  for (const NamedValue& count : p.counts) s.counts.push_back({count.name, count.value});
  s.processes = static_cast<std::uint32_t>(p.processes.size());
  s.threads = static_cast<std::uint32_t>(p.threads.size());
  s.streams = static_cast<std::uint32_t>(p.streams.size());
  s.connections = static_cast<std::uint32_t>(p.connections.size());
  s.ios = static_cast<std::uint32_t>(p.ios.size());
  return s;
}

CompiledProcess coded(const ProgramProcess& p) {
  return {p.pid,           p.name,           p.command_line,        p.names, p.parent_plus_one,
          p.sharing_group, p.sharing_reason, p.interpreter_slice_ns};
}
CompiledThread coded(const ProgramThread& t) {
  return {t.process,          t.tid,           t.spawned,
          t.start_ns,         t.loop_plus_one, static_cast<std::uint32_t>(t.ops.size()),
          t.usual_timeout_ns, t.pool_plus_one};
}
CompiledStream coded(const Stream& s) {
  return {static_cast<std::uint16_t>(s.transport),
          s.capacity_bytes,
          s.connection_plus_one,
          s.writer_thread,
          s.reader_thread,
          s.label};
}
CompiledConnection coded(const Connection& c) {
  return {static_cast<std::uint16_t>(c.transport), c.client_thread, c.server_thread, c.label};
}
CompiledIo coded(const Io& io) { return {io.bytes, io.write, io.label}; }
CompiledGate coded(const Op& gate) { return {static_cast<std::uint8_t>(gate.kind), gate.target, gate.value}; }
CompiledFunction coded(const SampledFunction& f) { return {f.thread, f.name, f.cpu_ns}; }

std::size_t text_bytes(const CompiledProcess& p) {
  std::size_t bytes = p.name.size() + p.command_line.size() + p.sharing_reason.size();
  for (const std::string& name : p.names) bytes += name.size() + 16;
  return bytes;
}
std::size_t text_bytes(const CompiledThread&) { return 0; }
std::size_t text_bytes(const CompiledGate&) { return 0; }
std::size_t text_bytes(const auto& entry) { return entry.label.size(); }

class ProgramWriter {
 public:
  ProgramWriter(const std::string& path, const Program& program)
      : program_(program), output_(path, Unfinished::remove), frames_(output_, kCompressionLevel) {}

  void write(const ProgramSource& source) {
    append_block(frame_, summary_of(program_, source));
    close_frame(0);
    table(program_.processes, &CompiledTables::processes);
    table(program_.threads, &CompiledTables::threads);
    table(program_.streams, &CompiledTables::streams);
    table(program_.connections, &CompiledTables::connections);
    table(program_.ios, &CompiledTables::ios);
    table(program_.sampled, &CompiledTables::sampled);
    table(program_.gates, &CompiledTables::gates);
    emit_tables();
    for (std::uint32_t t = 0; t < program_.threads.size(); ++t) ops(t);
    append_block(frame_, EndOfProgram{});
    close_frame(0);
    frames_.finish();
    output_.finish();
  }

 private:
  template <class Entries, class Coded>
  void table(const Entries& entries, std::vector<Coded> CompiledTables::*list) {
    for (const auto& entry : entries) {
      (tables_.*list).push_back(coded(entry));
      waiting_ += sizeof(Coded) + text_bytes((tables_.*list).back());
      if (waiting_ >= kTableBytes) emit_tables();
    }
  }

  void emit_tables() {
    append_block(frame_, std::exchange(tables_, {}));
    waiting_ = 0;
    close_frame(0);
  }

  void ops(std::uint32_t thread) {
    const std::size_t longest = std::clamp(kOpsAtHand / program_.threads.size(), kShortestPiece, kLongestPiece);
    const auto& [ops, origins] = std::tie(program_.threads[thread].ops, program_.threads[thread].origins);
    std::size_t origin = 0;
    for (std::size_t first = 0; first < ops.size(); first += piece_.size()) {
      piece_.clear();
      piece_origins_.clear();
      const std::size_t end = std::min(ops.size(), first + longest);
      for (std::size_t i = first; i < end; ++i) piece_.push_back(ops[i]);
      for (; origin < origins.size() && origins[origin].first_op < end; ++origin)
        piece_origins_.push_back(origins[origin]);
      append_block(frame_, encoder_.encode(thread, static_cast<std::uint32_t>(first), piece_, piece_origins_));
      close_frame(kFrameBytes);
    }
  }

  void close_frame(std::size_t from_bytes) {
    if (frame_.bytes.empty() || frame_.bytes.size() < from_bytes) return;
    frames_.write(frame_);
    frame_.clear();
  }

  const Program& program_;
  OutputFile output_;
  FrameWriter frames_;
  FrameContent frame_;
  CompiledTables tables_;
  std::size_t waiting_ = 0;  ///< bytes of tables_, about
  OpEncoder encoder_;
  std::vector<Op> piece_;
  std::vector<OpOrigin> piece_origins_;
};

}  // namespace

void save_program(const std::string& path, const Program& program, const ProgramSource& source) {
  ProgramWriter(path, program).write(source);
}

}  // namespace simrec::replay
