#include "replayer/simulate/insight.h"

#include <algorithm>
#include <cmath>

#include "replayer/simulate/accounting.h"

namespace simrec::replay {

const std::vector<std::uint32_t>& Insight::route(std::uint32_t from, std::uint32_t to) {
  const auto [entry, is_new] = routes_.try_emplace({from, to});
  if (!is_new) return entry->second;
  for (const PlatformLink& link : platform_.links(from, to)) {
    const auto known = std::ranges::find_if(links_, [&](const LinkSums& sums) { return sums.link.name == link.name; });
    entry->second.push_back(static_cast<std::uint32_t>(known - links_.begin()));
    if (known == links_.end()) links_.push_back({.link = link});
  }
  return entry->second;
}

void Insight::flow_started(std::uint32_t from, std::uint32_t to, double now) {
  for (const std::uint32_t index : route(from, to))
    if (LinkSums& link = links_[index]; link.active++ == 0) link.busy_since = now;
}

void Insight::flow_ended(std::uint32_t from, std::uint32_t to, double since, double now, double wire_bytes) {
  for (const std::uint32_t index : route(from, to)) {
    LinkSums& link = links_[index];
    link.bytes.add(since, now, wire_bytes);
    if (--link.active == 0) link.busy_s += now - link.busy_since;
  }
}

void Insight::finish(Outcome& outcome) const {
  if (outcome.processes.empty()) return;
  const Ns from = outcome.processes.front().start_ns, to = outcome.processes.front().end_ns;
  outcome.path_followed = !chains.gave_up();
  if (outcome.path_followed) outcome.path = chains.parts(end, from, to);
  for (const StreamSums& stream : streams_)
    outcome.streams.push_back({stream.messages, stream.bytes, to_ns(stream.wait_s)});
  const double from_s = static_cast<double>(from) * 1e-9, to_s = static_cast<double>(to) * 1e-9;
  for (const LinkSums& link : links_)
    outcome.links.push_back({link.link.name, link.link.bandwidth, link.link.latency_s,
                             static_cast<std::uint64_t>(std::llround(link.bytes.total())), to_ns(link.busy_s),
                             link.bytes.slices(from_s, to_s)});
  for (std::size_t h = 0; h < host_busy_ns.size(); ++h)
    outcome.hosts.at(h).busy_over_time_ns = host_busy_ns[h].slices(from_s, to_s);
}

}  // namespace simrec::replay
