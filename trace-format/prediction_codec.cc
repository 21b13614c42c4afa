#include "trace-format/prediction_codec.h"

#include "prediction.capnp.h"
#include "trace-format/capnp_messages.h"
#include "trace-format/compiled_blocks.h"
#include "trace-format/path_codec.h"
#include "trace-format/varint.h"

namespace simrec {
namespace {

constexpr std::uint64_t kLongest = 1ULL << 62;  // ns; sums of two cannot overflow

ProcessResult read(schema::ProcessResult::Reader in) {
  const auto waits = in.getWaitNs();
  return {.pid = in.getPid(),
          .name = to_string(in.getName()),
          .command_line = to_string(in.getCommandLine()),
          .host = to_string(in.getHost()),
          .start_ns = in.getStartNs(),
          .end_ns = in.getEndNs(),
          .compute_ns = in.getComputeNs(),
          .waits = {.network_ns = waits.getNetworkNs(),
                    .disk_ns = waits.getDiskNs(),
                    .sync_ns = waits.getSyncNs(),
                    .child_ns = waits.getChildNs(),
                    .sleep_ns = waits.getSleepNs(),
                    .ready_ns = waits.getReadyNs()},
          .threads = in.getThreads()};
}

PredictionSummary read(schema::Summary::Reader in) {
  // A trace's header and a program's summary begin alike; what follows would be misread. The caller refuses it by name.
  const std::string tool_version = to_string(in.getToolVersion());
  if (tool_version.starts_with(kTraceTool) || tool_version.starts_with(kProgramTool))
    return {.tool_version = tool_version};
  PredictionSummary summary{.format_version = in.getFormatVersion(),
                            .tool_version = tool_version,
                            .simgrid_version = to_string(in.getSimgridVersion()),
                            .trace_name = to_string(in.getTraceName()),
                            .trace_sha256 = to_string(in.getTraceSha256()),
                            .platform_name = to_string(in.getPlatformName()),
                            .platform_sha256 = to_string(in.getPlatformSha256()),
                            .engine = to_string(in.getEngine()),
                            .predicted_ns = in.getPredictedNs(),
                            .recorded_ns = in.getRecordedNs(),
                            .native_estimate_ns = in.getNativeEstimateNs(),
                            .twin_ns = in.getTwinNs(),
                            .closure_error = in.getClosureError(),
                            .events = in.getEvents(),
                            .operations = in.getOperations(),
                            .processes = {},
                            .hosts = {},
                            .warnings = to_strings(in.getWarnings()),
                            .counts = {},
                            .options = to_strings(in.getOptions()),
                            .trust = to_string(in.getTrust()),
                            .trust_reasons = to_strings(in.getTrustReasons()),
                            .validity = {},
                            .interval_low_ns = in.getIntervalLowNs(),
                            .interval_high_ns = in.getIntervalHighNs(),
                            .uncertainties = {},
                            .recordings = in.getRecordings(),
                            .platform_file = to_string(in.getPlatformFile())};
  for (const auto process : in.getProcesses()) summary.processes.push_back(read(process));
  for (const auto host : in.getHosts()) {
    summary.hosts.push_back({to_string(host.getName()), host.getCores(), host.getSpeedFlops(), host.getBusyCoreNs(),
                             read_series(to_span(host.getBusyOverTime()), "busyOverTime")});
  }
  for (const auto count : in.getCounts()) summary.counts.push_back({to_string(count.getName()), count.getCount()});
  for (const auto doubt : in.getValidity())
    summary.validity.push_back({to_string(doubt.getWhat()), doubt.getCount(), doubt.getShare()});
  for (const auto part : in.getUncertainties())
    summary.uncertainties.push_back({to_string(part.getWhat()), part.getRelative()});
  return summary;
}

ThreadTimeline read(schema::Intervals::Reader in) {
  ThreadTimeline thread{.pid = in.getPid(), .tid = in.getTid(), .start_ns = in.getStartNs(), .intervals = {}};
  if (in.getState().size() < in.getCount()) throw FormatError("column state has too few values");
  ColumnReader states(to_span(in.getState()), "state");
  ColumnReader durations(to_span(in.getDuration()), "duration");
  ColumnReader causes(to_span(in.getCause()), "cause");
  thread.intervals.reserve(in.getCount());
  for (std::uint32_t i = 0; i < in.getCount(); ++i) {
    const auto state = states.get_up_to(static_cast<std::uint64_t>(TimelineState::ready));
    const auto duration = durations.get_up_to(kLongest);
    thread.intervals.push_back({static_cast<TimelineState>(state), static_cast<Ns>(duration), causes.get()});
  }
  for (const auto* column : {&states, &durations, &causes}) column->expect_end();
  return thread;
}

PredictionBlock read(schema::PredictionBlock::Reader in) {
  switch (in.which()) {
    case schema::PredictionBlock::SUMMARY:
      return read(in.getSummary());
    case schema::PredictionBlock::INTERVALS:
      return read(in.getIntervals());
    case schema::PredictionBlock::END:
      return EndOfPrediction{};
    case schema::PredictionBlock::PATH:
      return read_path(in.getPath());
    case schema::PredictionBlock::CONNECTIONS:
      return read_connections(in.getConnections());
    case schema::PredictionBlock::LINKS:
      return read_links(in.getLinks());
  }
  return UnknownPredictionBlock{};
}

void write(schema::ProcessResult::Builder out, const ProcessResult& process) {
  out.setPid(process.pid);
  out.setName(to_text(process.name));
  out.setCommandLine(to_text(process.command_line));
  out.setHost(to_text(process.host));
  out.setStartNs(process.start_ns);
  out.setEndNs(process.end_ns);
  out.setComputeNs(process.compute_ns);
  out.setThreads(process.threads);
  auto waits = out.initWaitNs();
  waits.setNetworkNs(process.waits.network_ns);
  waits.setDiskNs(process.waits.disk_ns);
  waits.setSyncNs(process.waits.sync_ns);
  waits.setChildNs(process.waits.child_ns);
  waits.setSleepNs(process.waits.sleep_ns);
  waits.setReadyNs(process.waits.ready_ns);
}

void write(schema::HostResult::Builder out, const HostResult& host) {
  out.setName(to_text(host.name));
  out.setCores(host.cores);
  out.setSpeedFlops(host.speed_flops);
  out.setBusyCoreNs(host.busy_core_ns);
  const std::vector<std::uint8_t> over_time = series(host.busy_over_time_ns);
  out.setBusyOverTime(to_data(std::span<const std::uint8_t>(over_time)));
}

void write(schema::NamedCount::Builder out, const NamedCount& count) {
  out.setName(to_text(count.name));
  out.setCount(count.count);
}

void write(schema::Doubt::Builder out, const Doubt& doubt) {
  out.setWhat(to_text(doubt.what));
  out.setCount(doubt.count);
  out.setShare(doubt.share);
}

void write(schema::Uncertainty::Builder out, const Uncertainty& part) {
  out.setWhat(to_text(part.what));
  out.setRelative(part.relative);
}

template <class ListBuilder, class Value>
void write_list(ListBuilder list, const std::vector<Value>& values) {
  for (unsigned i = 0; i < list.size(); ++i) write(list[i], values[i]);
}

void write(schema::Summary::Builder out, const PredictionSummary& summary) {
  out.setFormatVersion(summary.format_version);
  out.setToolVersion(to_text(summary.tool_version));
  out.setSimgridVersion(to_text(summary.simgrid_version));
  out.setTraceName(to_text(summary.trace_name));
  out.setTraceSha256(to_text(summary.trace_sha256));
  out.setPlatformName(to_text(summary.platform_name));
  out.setPlatformSha256(to_text(summary.platform_sha256));
  out.setEngine(to_text(summary.engine));
  out.setPredictedNs(summary.predicted_ns);
  out.setRecordedNs(summary.recorded_ns);
  out.setNativeEstimateNs(summary.native_estimate_ns);
  out.setTwinNs(summary.twin_ns);
  out.setClosureError(summary.closure_error);
  out.setEvents(summary.events);
  out.setOperations(summary.operations);
  write_list(out.initProcesses(length(summary.processes)), summary.processes);
  write_list(out.initHosts(length(summary.hosts)), summary.hosts);
  fill_texts(out.initWarnings(length(summary.warnings)), summary.warnings);
  write_list(out.initCounts(length(summary.counts)), summary.counts);
  fill_texts(out.initOptions(length(summary.options)), summary.options);
  out.setTrust(to_text(summary.trust));
  fill_texts(out.initTrustReasons(length(summary.trust_reasons)), summary.trust_reasons);
  write_list(out.initValidity(length(summary.validity)), summary.validity);
  out.setIntervalLowNs(summary.interval_low_ns);
  out.setIntervalHighNs(summary.interval_high_ns);
  write_list(out.initUncertainties(length(summary.uncertainties)), summary.uncertainties);
  out.setRecordings(summary.recordings);
  out.setPlatformFile(to_text(summary.platform_file));
}

}  // namespace

void append_block(FrameContent& frame, const PredictionSummary& summary) {
  capnp::MallocMessageBuilder message;
  write(message.initRoot<schema::PredictionBlock>().initSummary(), summary);
  append_message(frame, message);
}

void append_block(FrameContent& frame, const ThreadTimeline& thread, Ns start_ns,
                  std::span<const TimelineInterval> intervals) {
  std::vector<std::uint8_t> states, durations, causes;
  for (const TimelineInterval& interval : intervals) {
    put_varint(states, static_cast<std::uint64_t>(interval.state));
    put_varint(durations, static_cast<std::uint64_t>(interval.duration_ns));
    put_varint(causes, interval.cause_tid_plus_one);
  }
  capnp::MallocMessageBuilder message;
  auto out = message.initRoot<schema::PredictionBlock>().initIntervals();
  out.setPid(thread.pid);
  out.setTid(thread.tid);
  out.setStartNs(start_ns);
  out.setCount(length(intervals));
  out.setState(to_data(std::span<const std::uint8_t>(states)));
  out.setDuration(to_data(std::span<const std::uint8_t>(durations)));
  out.setCause(to_data(std::span<const std::uint8_t>(causes)));
  append_message(frame, message);
}

void append_block(FrameContent& frame, EndOfPrediction) {
  capnp::MallocMessageBuilder message;
  message.initRoot<schema::PredictionBlock>().setEnd();
  append_message(frame, message);
}

PredictionBlock read_prediction_block(std::span<const std::uint8_t> frame, std::size_t& offset) {
  PredictionBlock block;
  offset = read_message(
      frame, offset, [&](capnp::MessageReader& message) { block = read(message.getRoot<schema::PredictionBlock>()); });
  return block;
}

}  // namespace simrec
