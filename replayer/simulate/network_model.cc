#include "replayer/simulate/network_model.h"

#include <algorithm>

namespace simrec::replay {

double wire_bytes(const NetworkModel& model, std::int64_t payload) {
  const std::int64_t segments = (payload + kSegmentPayload - 1) / kSegmentPayload;
  return static_cast<double>(payload + (model.framing ? segments * kSegmentHeader : 0));
}

double forwarding_s(const NetworkModel& model, std::int64_t payload, double other_links_s_per_byte) {
  const double frame = std::min(wire_bytes(model, payload), static_cast<double>(kFrame));
  return model.forwarding ? frame * other_links_s_per_byte : 0;
}

double client_established_s(const NetworkModel& model, double forward_latency_s, double back_latency_s) {
  return model.handshake ? forward_latency_s + back_latency_s : 0;
}

double server_established_s(const NetworkModel& model, double forward_latency_s, double back_latency_s) {
  return model.handshake ? forward_latency_s + back_latency_s + forward_latency_s : 0;
}

bool has_congestion_window(Transport transport) { return transport != Transport::datagram; }

std::vector<std::uint32_t> opposite_streams(const Program& program) {
  std::vector<std::uint32_t> opposite(program.streams.size(), kNoStream), first(program.connections.size(), kNoStream);
  for (std::uint32_t s = 0; s < program.streams.size(); ++s) {
    const std::uint32_t connection = program.streams[s].connection_plus_one;
    if (!connection) continue;
    std::uint32_t& other = first[connection - 1];
    if (other != kNoStream) {
      opposite[s] = other;
      opposite[other] = s;
    }
    other = s;
  }
  return opposite;
}

std::int64_t next_flow_payload(std::int64_t queued, std::int64_t room, bool room_will_grow, std::int64_t burst) {
  const std::int64_t wanted = std::min({queued, kFlowPayload, burst});
  if (room >= wanted) return wanted;
  if (room >= kSegmentPayload) return room - room % kSegmentPayload;
  return room_will_grow || room <= 0 ? 0 : room;
}

}  // namespace simrec::replay
