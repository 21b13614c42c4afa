#include "trace-format/compiled_codec.h"

#include <sys/stat.h>

#include <algorithm>

#include "program.capnp.h"
#include "trace-format/capnp_messages.h"
#include "trace-format/frame_file.h"
#include "trace-format/trace_codec.h"
#include "trace-format/trace_reader.h"

namespace simrec {
namespace {

/// The trace's header is a message of its own schema inside ours.
Header read_header(capnp::Data::Reader data) {
  std::vector<std::uint64_t> aligned((data.size() + 7) / 8);
  auto* bytes = reinterpret_cast<std::uint8_t*>(aligned.data());
  std::copy(data.begin(), data.end(), bytes);
  std::size_t offset = 0;
  Block block = read_block({bytes, data.size()}, offset);
  auto* header = std::get_if<Header>(&block);
  if (header == nullptr) throw FormatError("it does not hold the header of its trace");
  return std::move(*header);
}

CompiledQuality read(schema::RecordingQuality::Reader in) {
  return {in.getProgramCpuNs(), in.getInterceptionCpuNs(), in.getLedgerResidualNs(), in.getWaitedForCoreNs(),
          in.getLost(),         in.getPartial(),           in.getCrowdedNs(),        in.getKeptSharePpm(),
          in.getDeadlineNs()};
}

CompiledSummary read(schema::ProgramSummary::Reader in) {
  const std::string tool_version = to_string(in.getToolVersion());
  if (!tool_version.starts_with(kProgramTool)) return {.tool_version = tool_version};
  CompiledSummary summary{.format_version = in.getFormatVersion(),
                          .tool_version = tool_version,
                          .trace_name = to_string(in.getTraceName()),
                          .trace_sha256 = to_string(in.getTraceSha256()),
                          .trace_header = read_header(in.getTraceHeader()),
                          .whole_run = in.getWholeRun(),
                          .order = to_string(in.getOrder()),
                          .recorded_speed_flops = in.getRecordedSpeedFlops(),
                          .recorded_cores = in.getRecordedCores(),
                          .wake_up_ns = in.getWakeUpNs(),
                          .timer_slack_ns = in.getTimerSlackNs(),
                          .cold_ns = in.getColdNs(),
                          .cold_long_ns = in.getColdLongNs(),
                          .tokens = in.getTokens(),
                          .timers = in.getTimers(),
                          .events = in.getEvents(),
                          .recorded_ns = in.getRecordedNs(),
                          .native_estimate_ns = in.getNativeEstimateNs(),
                          .warnings = to_strings(in.getWarnings()),
                          .counts = {},
                          .processes = in.getProcesses(),
                          .threads = in.getThreads(),
                          .streams = in.getStreams(),
                          .connections = in.getConnections(),
                          .ios = in.getIos(),
                          .quality = read(in.getQuality())};
  for (const auto count : in.getCounts()) summary.counts.push_back({to_string(count.getName()), count.getValue()});
  return summary;
}

CompiledTables read(schema::ProgramTables::Reader in) {
  CompiledTables tables;
  for (const auto p : in.getProcesses())
    tables.processes.push_back({p.getPid(), to_string(p.getName()), to_string(p.getCommandLine()),
                                to_strings(p.getNames()), p.getParentPlusOne(), p.getSharingGroup(),
                                to_string(p.getSharingReason()), p.getInterpreterSliceNs()});
  for (const auto t : in.getThreads())
    tables.threads.push_back({t.getProcess(), t.getTid(), t.getSpawned(), t.getStartNs(), t.getLoopPlusOne(),
                              t.getOps(), t.getUsualTimeoutNs(), t.getPoolPlusOne()});
  for (const auto s : in.getStreams())
    tables.streams.push_back({s.getTransport(), s.getCapacityBytes(), s.getConnectionPlusOne(), s.getWriterThread(),
                              s.getReaderThread(), to_string(s.getLabel())});
  for (const auto c : in.getConnections())
    tables.connections.push_back({c.getTransport(), c.getClientThread(), c.getServerThread(), to_string(c.getLabel())});
  for (const auto i : in.getIos()) tables.ios.push_back({i.getBytes(), i.getWrite(), to_string(i.getLabel())});
  for (const auto g : in.getGates()) tables.gates.push_back({g.getKind(), g.getTarget(), g.getValue()});
  for (const auto f : in.getSampled()) tables.sampled.push_back({f.getThread(), to_string(f.getLabel()), f.getCpuNs()});
  return tables;
}

CompiledOps read(schema::ProgramOps::Reader in) {
  return {.thread = in.getThread(),
          .first_op = in.getFirstOp(),
          .count = in.getCount(),
          .origins = in.getOrigins(),
          .what = to_span(in.getWhat()),
          .flags = to_span(in.getFlags()),
          .target = to_span(in.getTarget()),
          .value = to_span(in.getValue()),
          .origin_op = to_span(in.getOriginOp()),
          .origin_kind = to_span(in.getOriginKind()),
          .origin_fd = to_span(in.getOriginFd())};
}

CompiledBlock read(schema::ProgramBlock::Reader in) {
  switch (in.which()) {
    case schema::ProgramBlock::SUMMARY:
      return read(in.getSummary());
    case schema::ProgramBlock::TABLES:
      return read(in.getTables());
    case schema::ProgramBlock::OPS:
      return read(in.getOps());
    case schema::ProgramBlock::END:
      return EndOfProgram{};
  }
  return UnknownProgramBlock{};
}

void write(schema::ProgramCount::Builder out, const NamedCount& count) {
  out.setName(to_text(count.name));
  out.setValue(count.count);
}

void write(schema::ProgramProcess::Builder out, const CompiledProcess& process) {
  out.setPid(process.pid);
  out.setName(to_text(process.name));
  out.setCommandLine(to_text(process.command_line));
  fill_texts(out.initNames(length(process.names)), process.names);
  out.setParentPlusOne(process.parent_plus_one);
  out.setSharingGroup(process.sharing_group);
  out.setSharingReason(to_text(process.sharing_reason));
  out.setInterpreterSliceNs(process.interpreter_slice_ns);
}

void write(schema::ProgramThread::Builder out, const CompiledThread& thread) {
  out.setProcess(thread.process);
  out.setTid(thread.tid);
  out.setSpawned(thread.spawned);
  out.setStartNs(thread.start_ns);
  out.setLoopPlusOne(thread.loop_plus_one);
  out.setUsualTimeoutNs(thread.usual_timeout_ns);
  out.setPoolPlusOne(thread.pool_plus_one);
  out.setOps(thread.ops);
}

void write(schema::ProgramStream::Builder out, const CompiledStream& stream) {
  out.setTransport(stream.transport);
  out.setCapacityBytes(stream.capacity_bytes);
  out.setConnectionPlusOne(stream.connection_plus_one);
  out.setWriterThread(stream.writer_thread);
  out.setReaderThread(stream.reader_thread);
  out.setLabel(to_text(stream.label));
}

void write(schema::ProgramConnection::Builder out, const CompiledConnection& connection) {
  out.setTransport(connection.transport);
  out.setClientThread(connection.client_thread);
  out.setServerThread(connection.server_thread);
  out.setLabel(to_text(connection.label));
}

void write(schema::ProgramIo::Builder out, const CompiledIo& io) {
  out.setBytes(io.bytes);
  out.setWrite(io.write);
  out.setLabel(to_text(io.label));
}

void write(schema::ProgramGate::Builder out, const CompiledGate& gate) {
  out.setKind(gate.kind);
  out.setTarget(gate.target);
  out.setValue(gate.value);
}

void write(schema::ProgramFunction::Builder out, const CompiledFunction& function) {
  out.setThread(function.thread);
  out.setLabel(to_text(function.label));
  out.setCpuNs(function.cpu_ns);
}

template <class ListBuilder, class Value>
void write_list(ListBuilder list, const std::vector<Value>& values) {
  for (unsigned i = 0; i < list.size(); ++i) write(list[i], values[i]);
}

void write(schema::ProgramSummary::Builder out, const CompiledSummary& summary) {
  FrameContent header;
  append_block(header, summary.trace_header);
  out.setFormatVersion(summary.format_version);
  out.setToolVersion(to_text(summary.tool_version));
  out.setTraceName(to_text(summary.trace_name));
  out.setTraceSha256(to_text(summary.trace_sha256));
  out.setTraceHeader(to_data(std::span<const std::uint8_t>(header.bytes)));
  out.setWholeRun(summary.whole_run);
  out.setOrder(to_text(summary.order));
  out.setRecordedSpeedFlops(summary.recorded_speed_flops);
  out.setRecordedCores(summary.recorded_cores);
  out.setWakeUpNs(summary.wake_up_ns);
  out.setTimerSlackNs(summary.timer_slack_ns);
  out.setColdNs(summary.cold_ns);
  out.setColdLongNs(summary.cold_long_ns);
  out.setTokens(summary.tokens);
  out.setTimers(summary.timers);
  out.setEvents(summary.events);
  out.setRecordedNs(summary.recorded_ns);
  out.setNativeEstimateNs(summary.native_estimate_ns);
  auto quality = out.initQuality();
  quality.setProgramCpuNs(summary.quality.program_cpu_ns);
  quality.setInterceptionCpuNs(summary.quality.interception_cpu_ns);
  quality.setLedgerResidualNs(summary.quality.ledger_residual_ns);
  quality.setWaitedForCoreNs(summary.quality.waited_for_core_ns);
  quality.setLost(summary.quality.lost);
  quality.setPartial(summary.quality.partial);
  quality.setCrowdedNs(summary.quality.crowded_ns);
  quality.setKeptSharePpm(summary.quality.kept_share_ppm);
  quality.setDeadlineNs(summary.quality.deadline_ns);
  fill_texts(out.initWarnings(length(summary.warnings)), summary.warnings);
  write_list(out.initCounts(length(summary.counts)), summary.counts);
  out.setProcesses(summary.processes);
  out.setThreads(summary.threads);
  out.setStreams(summary.streams);
  out.setConnections(summary.connections);
  out.setIos(summary.ios);
}

}  // namespace

void append_block(FrameContent& frame, const CompiledSummary& summary) {
  capnp::MallocMessageBuilder message;
  write(message.initRoot<schema::ProgramBlock>().initSummary(), summary);
  append_message(frame, message);
}

void append_block(FrameContent& frame, const CompiledTables& tables) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::ProgramBlock>().initTables();
  write_list(out.initProcesses(length(tables.processes)), tables.processes);
  write_list(out.initThreads(length(tables.threads)), tables.threads);
  write_list(out.initStreams(length(tables.streams)), tables.streams);
  write_list(out.initConnections(length(tables.connections)), tables.connections);
  write_list(out.initIos(length(tables.ios)), tables.ios);
  write_list(out.initSampled(length(tables.sampled)), tables.sampled);
  write_list(out.initGates(length(tables.gates)), tables.gates);
  append_message(frame, message);
}

void append_block(FrameContent& frame, const CompiledOps& ops) {
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::ProgramBlock>().initOps();
  out.setThread(ops.thread);
  out.setFirstOp(ops.first_op);
  out.setCount(ops.count);
  out.setWhat(to_data(ops.what));
  out.setFlags(to_data(ops.flags));
  out.setTarget(to_data(ops.target));
  out.setValue(to_data(ops.value));
  out.setOrigins(ops.origins);
  out.setOriginOp(to_data(ops.origin_op));
  out.setOriginKind(to_data(ops.origin_kind));
  out.setOriginFd(to_data(ops.origin_fd));
  append_message(frame, message);
}

void append_block(FrameContent& frame, EndOfProgram) {
  capnp::MallocMessageBuilder message;
  message.initRoot<schema::ProgramBlock>().setEnd();
  append_message(frame, message);
}

CompiledBlock read_compiled_block(std::span<const std::uint8_t> frame, std::size_t& offset) {
  CompiledBlock block;
  offset = read_message(frame, offset,
                        [&](capnp::MessageReader& message) { block = read(message.getRoot<schema::ProgramBlock>()); });
  return block;
}

bool is_compiled_program(const std::string& path) {
  struct stat status {};
  if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  FrameReader frames(path, ReadLimits{}.frame_bytes);
  const auto frame = frames.next();
  if (!frame) return false;
  try {
    std::size_t offset = 0;
    const CompiledBlock block = read_compiled_block(*frame, offset);
    const auto* summary = std::get_if<CompiledSummary>(&block);
    return summary != nullptr && summary->tool_version.starts_with(kProgramTool);
  } catch (const FormatError&) {
    return false;  // whoever reads it as a trace says what is wrong
  }
}

}  // namespace simrec
