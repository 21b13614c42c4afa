#include <algorithm>
#include <cmath>
#include <utility>

#include "replayer/program/check.h"
#include "replayer/program/op_columns.h"
#include "replayer/program/op_store.h"
#include "replayer/program/program_file.h"
#include "trace-format/compiled_codec.h"
#include "trace-format/format_error.h"
#include "trace-format/frame_file.h"
#include "trace-format/memory_limit.h"
#include "trace-format/trace_error.h"

namespace simrec::replay {
namespace {

constexpr std::uint64_t kFrameBytes = 8 << 20;  // largest accepted
constexpr std::int64_t kLargestTransfer = 1LL << 40;

/// Where a piece of a thread's ops is.
struct Piece {
  std::uint64_t frame_start = 0;
  FrameSize frame;
  std::uint32_t offset = 0;  ///< of its message in the frame
  std::uint32_t first_op = 0;
};

class FileOps : public OpStore {
 public:
  FileOps(const std::string& path, TargetLimits limits, std::vector<std::uint32_t> sizes)
      : frames_(path), limits_(limits), sizes_(std::move(sizes)), pieces_(sizes_.size()) {}

  void add(std::uint32_t thread, const Piece& piece) { pieces_[thread].push_back(piece); }

  std::uint32_t size(std::uint32_t thread) const override { return sizes_[thread]; }

  std::uint32_t load(std::uint32_t thread, std::uint32_t index, std::vector<Op>& ops,
                     std::vector<OpOrigin>* origins) override {
    const auto& pieces = pieces_[thread];
    const Piece& piece = *std::prev(std::ranges::upper_bound(pieces, index, {}, &Piece::first_op));
    if (piece.frame_start != loaded_ || content_.empty()) {
      content_ = {};
      content_ = frames_.load(piece.frame_start, piece.frame);
      loaded_ = piece.frame_start;
    }
    try {
      std::size_t offset = piece.offset;
      const CompiledBlock block = read_compiled_block(content_, offset);
      const auto* coded = std::get_if<CompiledOps>(&block);
      if (coded == nullptr || coded->thread != thread || coded->first_op != piece.first_op)
        throw FormatError("other ops are there now");
      decode(*coded, sizes_[thread], limits_, ops, origins);
    } catch (const FormatError& e) {
      throw TraceError("the program file changed while it was read: " + std::string(e.what()));
    }
    return piece.first_op;
  }

 private:
  FrameLoader frames_;
  TargetLimits limits_;
  std::vector<std::uint32_t> sizes_;
  std::vector<std::vector<Piece>> pieces_;  ///< by thread
  std::span<const std::uint8_t> content_;   ///< of the frame loaded last
  std::uint64_t loaded_ = 0;
};

Transport transport(std::uint16_t code) {
  if (code > static_cast<std::uint16_t>(Transport::datagram)) throw FormatError("there is an unknown transport");
  return static_cast<Transport>(code);
}

Ns plausible(Ns ns) {
  if (ns < 0 || ns > kLargestValue) throw FormatError("a time is impossible");
  return ns;
}

/// Collects the messages of a program file and refuses what cannot follow what.
class ProgramBuilder {
 public:
  explicit ProgramBuilder(const std::string& path) : path_(path), memory_(memory_limit({})) {}

  void add(CompiledBlock block, const Piece& place) {
    if (ended_) throw FormatError("there is more after its end");
    if (!started_ && !std::holds_alternative<CompiledSummary>(block))
      throw FormatError("a program begins with a summary");
    if (auto* summary = std::get_if<CompiledSummary>(&block)) add_summary(std::move(*summary));
    if (auto* tables = std::get_if<CompiledTables>(&block)) add_tables(std::move(*tables));
    if (const auto* ops = std::get_if<CompiledOps>(&block)) add_ops(*ops, place);
    if (std::holds_alternative<EndOfProgram>(block)) end();
  }
  bool ended() const { return ended_; }
  const CompiledSummary& summary() const { return summary_; }
  SavedProgram take() {
    saved_.program.stored = std::move(store_);
    return std::move(saved_);
  }

 private:
  void add_summary(CompiledSummary s) {
    if (std::exchange(started_, true)) throw FormatError("there is a second summary");
    Program& p = saved_.program;
    p.recorded_speed_flops = s.recorded_speed_flops;
    if (!std::isfinite(s.recorded_speed_flops) || s.recorded_speed_flops < 0)
      throw FormatError("the recorded speed is impossible");
    p.recorded_cores = s.recorded_cores;
    p.wake_up_ns = plausible(s.wake_up_ns);
    p.timer_slack_ns = plausible(s.timer_slack_ns);
    p.cold_ns = plausible(s.cold_ns);
    p.cold_long_ns = plausible(s.cold_long_ns);
    p.tcp_congestion_control = s.trace_header.host.tcp_congestion_control;
    p.tokens = s.tokens;
    p.timers = s.timers;
    p.events = s.events;
    p.recorded_ns = s.recorded_ns;
    p.native_estimate_ns = s.native_estimate_ns;
    p.quality = {s.quality.program_cpu_ns,
                 s.quality.interception_cpu_ns,
                 s.quality.ledger_residual_ns,
                 s.quality.waited_for_core_ns,
                 s.quality.crowded_ns,
                 s.quality.lost,
                 s.quality.partial,
                 s.quality.kept_share_ppm,
                 s.quality.deadline_ns};
    p.warnings = std::move(s.warnings);
    for (NamedCount& count : s.counts) p.counts.push_back({std::move(count.name), count.count});
    saved_.source = {std::move(s.trace_name), std::move(s.trace_sha256), std::move(s.trace_header), s.whole_run,
                     std::move(s.order)};
    if (saved_.source.order != "arrival" && saved_.source.order != "recorded")
      throw FormatError("its order is neither arrival nor recorded");
    summary_ = {.format_version = s.format_version,
                .tool_version = std::move(s.tool_version),
                .trace_name = {},
                .trace_sha256 = {},
                .trace_header = {},
                .order = {},
                .warnings = {},
                .counts = {},
                .processes = s.processes,
                .threads = s.threads,
                .streams = s.streams,
                .connections = s.connections,
                .ios = s.ios};
  }

  void add_tables(CompiledTables tables) {
    if (store_) throw FormatError("there are table entries behind ops");
    Program& p = saved_.program;
    for (CompiledProcess& q : tables.processes) {
      p.processes.push_back({q.pid, std::move(q.name), std::move(q.command_line), std::move(q.names), q.parent_plus_one,
                             q.sharing_group, std::move(q.sharing_reason), q.interpreter_slice_ns});
    }
    for (const CompiledThread& t : tables.threads) {
      p.threads.push_back({t.process,
                           t.tid,
                           t.spawned,
                           plausible(t.start_ns),
                           {},
                           {},
                           t.loop_plus_one,
                           t.pool_plus_one,
                           t.usual_timeout_ns});
      sizes_.push_back(t.ops);
    }
    for (CompiledStream& s : tables.streams) {
      if (s.capacity_bytes < 0) throw FormatError("a stream has a negative capacity");
      p.streams.push_back({transport(s.transport), s.capacity_bytes, s.connection_plus_one, s.writer_thread,
                           s.reader_thread, std::move(s.label)});
    }
    for (CompiledConnection& c : tables.connections)
      p.connections.push_back({transport(c.transport), c.client_thread, c.server_thread, std::move(c.label)});
    for (CompiledIo& io : tables.ios) {
      if (io.bytes < 0 || io.bytes > kLargestTransfer) throw FormatError("a transfer has an impossible size");
      p.ios.push_back({io.bytes, io.write, std::move(io.label)});
    }
    for (const CompiledGate& g : tables.gates)
      p.gates.push_back({static_cast<OpKind>(g.kind), Cause::none, 0, g.target, plausible(g.value)});
    for (CompiledFunction& f : tables.sampled) {
      if (f.cpu_ns <= 0 || f.cpu_ns > kLargestValue) throw FormatError("a function has an impossible time");
      p.sampled.push_back({f.thread, std::move(f.label), f.cpu_ns});
    }
  }

  void tables_end() {
    const Program& p = saved_.program;
    if (p.processes.size() != summary_.processes || p.threads.size() != summary_.threads ||
        p.streams.size() != summary_.streams || p.connections.size() != summary_.connections ||
        p.ios.size() != summary_.ios)
      throw FormatError("its tables have other sizes than its summary says");
    // What an executor keeps per entry is at most this; ids come from the file.
    constexpr std::uint64_t kPerEntry = 64;
    if ((std::uint64_t{p.tokens} + p.timers) * kPerEntry > memory_)
      throw FormatError("its tokens and timers need more memory than there is");
    if (std::ranges::any_of(p.sampled, [&](const SampledFunction& f) { return f.thread >= p.threads.size(); }))
      throw FormatError("a function of a thread that no table has");
    if (std::string error = check_tables(p); !error.empty()) throw FormatError(error);
    limits_ = target_limits(p);
    store_ = std::make_shared<FileOps>(path_, limits_, sizes_);
    next_op_.resize(sizes_.size());
  }

  void add_ops(const CompiledOps& ops, Piece place) {
    if (!store_) tables_end();
    if (ops.thread >= sizes_.size()) throw FormatError("ops of a thread that no table has");
    std::uint32_t& next = next_op_[ops.thread];
    if (ops.first_op != next || ops.count == 0 || ops.count > sizes_[ops.thread] - next)
      throw FormatError("ops are missing or there are too many of them");
    decode(ops, sizes_[ops.thread], limits_, scratch_, &scratch_origins_);
    next += ops.count;
    place.first_op = ops.first_op;
    store_->add(ops.thread, place);
  }

  void end() {
    if (!store_) tables_end();
    if (next_op_ != sizes_) throw FormatError("it ends before all ops were there");
    for (const std::uint32_t size : sizes_)
      if (size == 0) throw FormatError("a thread has no exit op");
    ended_ = true;
  }

  std::string path_;
  std::uint64_t memory_;
  SavedProgram saved_;
  CompiledSummary summary_;
  TargetLimits limits_{};
  std::vector<std::uint32_t> sizes_, next_op_;  ///< by thread
  std::shared_ptr<FileOps> store_;
  std::vector<Op> scratch_;
  std::vector<OpOrigin> scratch_origins_;
  bool started_ = false, ended_ = false;
};

void check_version(const std::string& name, const CompiledSummary& summary) {
  if (!summary.tool_version.starts_with(kProgramTool)) throw TraceError(name + " is no compiled program");
  if (summary.format_version != kProgramVersion)
    throw TraceError(name + " has program format version " + std::to_string(summary.format_version) + " (" +
                     summary.tool_version + "), this simreplay reads " + std::to_string(kProgramVersion) +
                     ": compile the trace again with --save-program");
}

}  // namespace

SavedProgram open_program(const std::string& path) {
  FrameReader frames(path, kFrameBytes);
  ProgramBuilder builder(path);
  bool is_first = true;
  while (const auto frame = frames.next()) {
    for (std::size_t offset = 0; offset < frame->size();) {
      const Piece place{frames.frame_start(), frames.last_size(), static_cast<std::uint32_t>(offset), 0};
      try {
        CompiledBlock block = read_compiled_block(*frame, offset);
        if (std::exchange(is_first, false))
          if (const auto* summary = std::get_if<CompiledSummary>(&block)) check_version(frames.name(), *summary);
        builder.add(std::move(block), place);
      } catch (const FormatError& e) {
        frames.damaged("the message at content byte " + std::to_string(place.offset) + ": " + e.what());
      }
    }
  }
  if (!builder.ended() || frames.end() != FrameEnd::complete)
    throw TraceError(frames.name() + " was cut: its end is missing; compile the trace again with --save-program");
  return builder.take();
}

}  // namespace simrec::replay
