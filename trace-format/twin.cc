#include "trace-format/twin.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string_view>

namespace simrec {
namespace {

constexpr double kUnknownSpeedFlops = 1e9;
// Real loopback is memory copies: these stand in when a trace does not say.
constexpr double kUnknownLoopbackBytesPerS = 10e9;

/// Shortest text that reads back as the same number, whatever the locale.
template <class Number>
std::string text_of(Number number) {
  char buffer[64];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof(buffer), number);
  return {buffer, end};
}

std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : text) {
    switch (c) {
      case '&':
        xml += "&amp;";
        break;
      case '<':
        xml += "&lt;";
        break;
      case '>':
        xml += "&gt;";
        break;
      case '"':
        xml += "&quot;";
        break;
      default:
        xml += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return xml;
}

std::string prop(std::string_view id, std::string_view value) {
  return "      <prop id=\"" + std::string(id) + "\" value=\"" + escaped(value) + "\"/>\n";
}

}  // namespace

std::string twin_host_name(const Header& header) {
  std::string name = header.host.name;
  for (char& c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    if (!plain) c = '-';
  }
  return name.empty() ? "host" : name;
}

std::string twin_platform_xml(const Header& header, IdleCores idle) {
  const Calibration& calibration = header.calibration;
  const bool awake = idle == IdleCores::recording && calibration.wake_up_recording_ns >= 0;
  const std::string host = twin_host_name(header);
  const double speed = calibration.core_speed_flops > 0 ? calibration.core_speed_flops : kUnknownSpeedFlops;
  const double bandwidth = calibration.loopback_bandwidth_bytes_per_s > 0 ? calibration.loopback_bandwidth_bytes_per_s
                                                                          : kUnknownLoopbackBytesPerS;
  const double latency_s = static_cast<double>(std::max<Ns>(0, calibration.loopback_latency_ns)) / 1e9;

  std::string xml =
      "<?xml version='1.0'?>\n"
      "<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
      "<!-- The recording host of a simrec trace, as calibrated before the program started. The loopback link says\n"
      "     what was measured; simreplay does not charge it again, because that cost is in the recorded CPU times. "
      "-->\n"
      "<platform version=\"4.1\">\n"
      "  <zone id=\"twin\" routing=\"Full\">\n";
  xml += "    <host id=\"" + host + "\" speed=\"" + text_of(speed) + "f\" core=\"" +
         text_of(std::max(1U, header.host.cores)) + "\">\n";
  xml += prop("cpu", header.host.cpu_model);
  xml += prop("memory_bytes", text_of(header.host.memory_bytes));
  xml += prop("loopback_latency_ns", text_of(calibration.loopback_latency_ns));
  xml += prop("wakeup_ns", text_of(awake ? calibration.wake_up_recording_ns : calibration.wake_up_ns));
  if (awake) xml += prop("native_wakeup_ns", text_of(calibration.wake_up_ns));
  xml += prop("timer_slack_ns", text_of(calibration.timer_slack_ns));
  xml += prop("cold_ns", text_of(calibration.cold_ns));
  xml += prop("cold_40ms_ns", text_of(calibration.cold_long_ns));
  if (!header.host.tcp_congestion_control.empty())
    xml += prop("tcp_congestion_control", header.host.tcp_congestion_control);
  if (calibration.core_speed_flops <= 0) xml += prop("speed_unknown", "the trace has no calibrated speed");
  xml += "    </host>\n";
  xml += "    <link id=\"" + host + "-loopback\" bandwidth=\"" + text_of(bandwidth) + "Bps\" latency=\"" +
         text_of(latency_s) + "s\" sharing_policy=\"FATPIPE\"/>\n";
  xml += "    <route src=\"" + host + "\" dst=\"" + host + "\" symmetrical=\"NO\"><link_ctn id=\"" + host +
         "-loopback\"/></route>\n";
  xml += "  </zone>\n</platform>\n";
  return xml;
}

}  // namespace simrec
