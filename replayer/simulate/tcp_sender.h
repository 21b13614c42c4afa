// What TCP does at a sending host besides limiting bytes in flight: its congestion control, by the name under which
// Linux knows it, and its send buffer.
#pragma once

#include <cstdint>
#include <string>

#include "replayer/simulate/host_costs.h"
#include "replayer/simulate/network_model.h"

namespace simrec::replay {

/// The defaults are those of cubic, which is Linux's default.
struct TcpSender {
  /// The window decays while the connection is idle (tcp_slow_start_after_idle_check() in net/ipv4/tcp_output.c: not
  /// for congestion controls that set a rate of their own).
  bool idle_restart = true;
  /// Slow start ends before the queue is full (HyStart, see tcp_window.h).
  bool hystart = true;
  /// The send buffer grows to so many windows (tcp_sndbuf_expand() in net/ipv4/tcp_input.c).
  double buffer_windows = 2;
  /// The window grows to so many times what was in flight: cubic's while more than half of it is in use, BBR's by its
  /// high_gain (net/ipv4/tcp_bbr.c).
  double most_windows = 2;
  /// What waits in the send buffer lies there in pieces of so many segments: what the network card takes at once,
  /// `gso_max_segs` of `ip -details link`, or 64 KiB.
  std::int64_t gso_segments = kFlowPayload / kSegmentPayload;
};

/// Of a host: with the congestion control that the recording host uses, unless the platform host's property
/// `tcp_congestion_control` says otherwise, and the property `gso_max_segs`. Recordings that do not tell are taken to
/// have used cubic; congestion controls that are not modelled (all but bbr and cubic) behave as reno. Throws
/// ReplayError for a property that names none of Linux's, or is no number of segments.
TcpSender tcp_sender(const std::string& recorded, const std::string& host, const HostProperty& property);

/// Leaves out what the model does not want.
void limit(TcpSender& sender, const NetworkModel& model);

}  // namespace simrec::replay
