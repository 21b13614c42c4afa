// How much of a full link a transfer gets beside others. What is under way of all of them stands in the queue before
// the link, first come, first served: each gets as much of the link as it has in the queue, and a connection in its
// tenth round trip more than one that has just begun. Evenly shared, many downloads of one server would all take
// longer.
//
// A transfer takes so many whole shares; SimGrid is given as many flows of one size.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "replayer/simulate/network_model.h"
#include "replayer/simulate/tcp_window.h"

namespace simrec::replay {

/// A connection that has no more than its initial window under way has one share. Windows above 64 of those (0.9 MB)
/// are taken to be alike: they lose packets where queues are shorter, and what they lose evens them out.
inline constexpr std::uint32_t kMostShares = 64;

/// Shares of a transfer whose bytes are already under way by `window`; one if that is null (datagrams) or if the
/// route's links limit each transfer by itself (`only_shared_links` is false).
inline std::uint32_t window_shares(const NetworkModel& model, const TcpWindow* window, bool only_shared_links) {
  if (!model.window_shares || window == nullptr || !only_shared_links) return 1;
  const std::int64_t shares = window->in_flight() / TcpWindow::kInitialBytes;
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(shares, 1, kMostShares));
}

/// Whole bytes on the wire of each share of `payload` bytes. Together they may be a few more than the transfer's: both
/// engines add the same.
inline double bytes_per_share(const NetworkModel& model, std::int64_t payload, std::uint32_t shares) {
  return std::ceil(wire_bytes(model, payload) / shares);
}

}  // namespace simrec::replay
