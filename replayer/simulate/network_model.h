// What a network does to bytes besides sharing bandwidth: framing, handshakes, segmentation. Formulas only;
// both engines use them. Sharing bandwidth is not here: see link_sharing.h; the reference engine leaves it to SimGrid.
#pragma once

#include <cstdint>

#include "replayer/program/program.h"

namespace simrec::replay {

/// Times closer than this are one instant: half of SimGrid's precision. What comes first within an instant must not
/// shape a prediction.
inline constexpr double kInstant_s = 0.5e-9;

/// Which effects are modelled. The defaults are the product; tests and experiments switch terms off.
struct NetworkModel {
  bool framing = true;          ///< headers travel too
  bool handshake = true;        ///< connect costs a round trip
  bool slow_start = true;       ///< congestion window, see tcp_window.h
  bool idle_restart = true;     ///< the window decays after idle time, see tcp_window.h
  bool hystart = true;          ///< cubic's slow start ends before the queue is full, see tcp_window.h
  bool capacity_window = true;  ///< bytes in flight are limited by the stream's capacity
  bool send_buffer = true;      ///< send buffers grow with the congestion window, see tcp_window.h
  bool send_queue = true;       ///< short transfers of one route leave one after the other, see send_queue.h
  bool bursts = true;           ///< a transfer leaves in bursts that grow with the window's rate, see tcp_window.h
  bool window_shares = true;    ///< connections share links as they have bytes under way, see window_shares.h
  bool forwarding = true;       ///< every link takes a frame whole before the next one gets it
  bool nagle = true;            ///< small segments wait for an acknowledgement, see nagle.h
  bool delayed_acknowledgements = true;  ///< who answers acknowledges small segments with that, see nagle.h
  bool wake_up = true;                   ///< a thread that slept runs again some time after what released it
  bool timer_slack = true;               ///< timers are late
  bool cold_caches = true;               ///< after waiting for another host a thread computes longer, see host_costs.h
};

/// Payload of a full TCP segment at MTU 1500 with timestamps: 1500 - 20 (IPv4) - 20 (TCP) - 12 (timestamps).
inline constexpr std::int64_t kSegmentPayload = 1448;
/// What each segment carries besides: Ethernet 14 + IPv4 20 + TCP 32. A link's bandwidth counts whole frames.
inline constexpr std::int64_t kSegmentHeader = 66;
/// Most payload one SimGrid flow carries: 45 full segments, what Linux hands to a network card at once (GSO, 64 KiB).
/// Readers see a long transfer arrive in pieces of this size.
inline constexpr std::int64_t kFlowPayload = 45 * kSegmentPayload;

/// A full frame without preamble and checksum.
inline constexpr std::int64_t kFrame = kSegmentPayload + kSegmentHeader;

/// Bytes on the wire for one flow of `payload` > 0 bytes.
double wire_bytes(const NetworkModel& model, std::int64_t payload);

/// Seconds that the last byte of a flow of `payload` bytes needs besides the latency and besides the time that the
/// slowest link takes: switches store frames and forward them, so that the other links of the route, which take
/// `other_links_s_per_byte` together, add the time of one frame each (Kurose and Ross, Computer Networking, 1.3.1).
double forwarding_s(const NetworkModel& model, std::int64_t payload, double other_links_s_per_byte);

/// Seconds from connect() until the client may send (SYN there, SYN-ACK back).
double client_established_s(const NetworkModel& model, double forward_latency_s, double back_latency_s);
/// Seconds from connect() until accept() may return at the server (plus the client's ACK). Data the client sends
/// at once arrives no earlier.
double server_established_s(const NetworkModel& model, double forward_latency_s, double back_latency_s);

/// Does the stream's transport run under a TCP congestion window when it crosses hosts? Pipes and Unix sockets
/// that a placement stretches over hosts are taken as tunnelled through TCP; datagrams are not.
bool has_congestion_window(Transport transport);

inline constexpr std::uint32_t kNoStream = UINT32_MAX;
/// For each stream the one of its connection's other direction; kNoStream = it has none.
std::vector<std::uint32_t> opposite_streams(const Program& program);

/// Payload to put into the next flow of a stream: `queued` bytes are waiting, `room` bytes may be in flight in
/// addition, `room_will_grow` = an acknowledgement is under way, `burst` bytes leave at once at most. 0 = wait: like
/// TCP (RFC 1122, 4.2.3.4) a sender does not cut small segments because a window opened a little.
std::int64_t next_flow_payload(std::int64_t queued, std::int64_t room, bool room_will_grow, std::int64_t burst);

}  // namespace simrec::replay
