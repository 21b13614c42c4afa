#include "trace-format/header_codec.h"

#include <string>
#include <vector>

#include "trace-format/capnp_messages.h"
#include "trace-format/compiled_blocks.h"

namespace simrec {
namespace {

HostInfo read(schema::Host::Reader in) {
  return {.name = to_string(in.getName()),
          .machine = to_string(in.getMachine()),
          .kernel = to_string(in.getKernel()),
          .cpu_model = to_string(in.getCpuModel()),
          .distribution = to_string(in.getDistribution()),
          .virtualization = to_string(in.getVirtualization()),
          .tcp_congestion_control = to_string(in.getTcpCongestionControl()),
          .cores = in.getCores(),
          .memory_bytes = in.getMemoryBytes()};
}

StopCost read(schema::StopCost::Reader in) {
  return {.tier = in.getTier(),
          .whole_call = in.getWholeCall(),
          .same_cpu = in.getSameCpu(),
          .burst_bias_ns = in.getBurstBiasNs(),
          .call_bias_ns = in.getCallBiasNs(),
          .wall_ns = in.getWallNs(),
          .residual_ns = in.getResidualNs()};
}

std::vector<StopCost> read_stops(capnp::List<schema::StopCost>::Reader in) {
  std::vector<StopCost> stops;
  stops.reserve(in.size());
  for (const auto stop : in) stops.push_back(read(stop));
  return stops;
}

Calibration read(schema::Calibration::Reader in) {
  return {.core_speed_flops = in.getCoreSpeedFlops(),
          .loopback_latency_ns = in.getLoopbackLatencyNs(),
          .loopback_bandwidth_bytes_per_s = in.getLoopbackBandwidthBytesPerS(),
          .wake_up_ns = in.getWakeUpNs(),
          .wake_up_recording_ns = in.getWakeUpRecordingNs(),
          .timer_slack_ns = in.getTimerSlackNs(),
          .cold_ns = in.getColdNs(),
          .cold_long_ns = in.getColdLongNs(),
          .stops = read_stops(in.getStops())};
}

void write(schema::Host::Builder out, const HostInfo& host) {
  out.setName(to_text(host.name));
  out.setMachine(to_text(host.machine));
  out.setKernel(to_text(host.kernel));
  out.setCpuModel(to_text(host.cpu_model));
  out.setCores(host.cores);
  out.setMemoryBytes(host.memory_bytes);
  out.setDistribution(to_text(host.distribution));
  out.setVirtualization(to_text(host.virtualization));
  out.setTcpCongestionControl(to_text(host.tcp_congestion_control));
}

void write(schema::StopCost::Builder out, const StopCost& stop) {
  out.setTier(stop.tier);
  out.setWholeCall(stop.whole_call);
  out.setSameCpu(stop.same_cpu);
  out.setBurstBiasNs(stop.burst_bias_ns);
  out.setCallBiasNs(stop.call_bias_ns);
  out.setWallNs(stop.wall_ns);
  out.setResidualNs(stop.residual_ns);
}

void write(schema::Calibration::Builder out, const Calibration& calibration) {
  out.setCoreSpeedFlops(calibration.core_speed_flops);
  out.setLoopbackLatencyNs(calibration.loopback_latency_ns);
  out.setLoopbackBandwidthBytesPerS(calibration.loopback_bandwidth_bytes_per_s);
  out.setWakeUpNs(calibration.wake_up_ns);
  out.setWakeUpRecordingNs(calibration.wake_up_recording_ns);
  out.setTimerSlackNs(calibration.timer_slack_ns);
  out.setColdNs(calibration.cold_ns);
  out.setColdLongNs(calibration.cold_long_ns);
  auto stops = out.initStops(length(calibration.stops));
  for (unsigned i = 0; i < stops.size(); ++i) write(stops[i], calibration.stops[i]);
}

}  // namespace

Header read_header(schema::Header::Reader in) {
  // What follows in theirs would be misread.
  const std::string tool_version = to_string(in.getToolVersion());
  if (tool_version.starts_with(kPredictionTool) || tool_version.starts_with(kProgramTool))
    return {.tool_version = tool_version};
  return {.format_version = in.getFormatVersion(),
          .tool_version = tool_version,
          .started_unix_ns = in.getStartedUnixNs(),
          .host = read(in.getHost()),
          .calibration = read(in.getCalibration()),
          .command = to_strings(in.getCommand()),
          .working_directory = to_string(in.getWorkingDirectory()),
          .options = to_strings(in.getOptions()),
          .tcp_options = in.getTcpOptions()};
}

void write_header(schema::Header::Builder out, const Header& header) {
  out.setFormatVersion(header.format_version);
  out.setToolVersion(to_text(header.tool_version));
  out.setStartedUnixNs(header.started_unix_ns);
  write(out.initHost(), header.host);
  write(out.initCalibration(), header.calibration);
  fill_texts(out.initCommand(length(header.command)), header.command);
  out.setWorkingDirectory(to_text(header.working_directory));
  fill_texts(out.initOptions(length(header.options)), header.options);
  out.setTcpOptions(header.tcp_options);
}

}  // namespace simrec
