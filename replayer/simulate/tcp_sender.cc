#include "replayer/simulate/tcp_sender.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "replayer/simulate/simulate.h"

namespace simrec::replay {
namespace {

struct CongestionControl {
  std::string_view name;
  TcpSender sender;
};

constexpr TcpSender kReno{.hystart = false};
/// Linux has them, too: taken for reno.
constexpr std::array<std::string_view, 14> kLikeReno = {"bic",   "cdg",      "dctcp",    "highspeed", "htcp",
                                                        "hybla", "illinois", "lp",       "nv",        "scalable",
                                                        "vegas", "veno",     "westwood", "yeah"};
constexpr std::array kModelled = {
    CongestionControl{"bbr", {.idle_restart = false, .hystart = false, .buffer_windows = 3, .most_windows = 2.885}},
    CongestionControl{"cubic", {}},
    CongestionControl{"reno", kReno},
};

TcpSender with_congestion_control(const std::string& recorded, const std::string& host, const char* wanted) {
  const std::string name = wanted ? wanted : recorded.empty() ? "cubic" : recorded;
  const auto* known = std::ranges::find(kModelled, name, &CongestionControl::name);
  if (known != kModelled.end()) return known->sender;
  if (name == recorded || std::ranges::find(kLikeReno, name) != kLikeReno.end()) return kReno;
  throw ReplayError("host " + host + ": property tcp_congestion_control=\"" + name +
                    "\" is no congestion control of Linux: cubic, bbr or reno?");
}

std::int64_t gso_segments(const std::string& host, std::string_view text) {
  std::int64_t segments = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), segments);
  if (error != std::errc() || end != text.data() + text.size() || segments < 1)
    throw ReplayError("host " + host + ": property gso_max_segs=\"" + std::string(text) +
                      "\" is not a number of segments");
  return std::min(segments, TcpSender().gso_segments);
}

}  // namespace

TcpSender tcp_sender(const std::string& recorded, const std::string& host, const HostProperty& property) {
  TcpSender sender = with_congestion_control(recorded, host, property("tcp_congestion_control"));
  if (const char* text = property("gso_max_segs")) sender.gso_segments = gso_segments(host, text);
  return sender;
}

void limit(TcpSender& sender, const NetworkModel& model) {
  sender.idle_restart = sender.idle_restart && model.idle_restart;
  sender.hystart = sender.hystart && model.hystart;
}

}  // namespace simrec::replay
