// The event engine's flows: which route they take, when they leave, when they end.
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

std::uint32_t EventEngine::route_of(std::uint32_t source, std::uint32_t destination) {
  const auto [entry, is_new] =
      routes_.try_emplace({source, destination}, static_cast<std::uint32_t>(send_queues_.size()));
  if (is_new) {
    send_queues_.emplace_back();
    add_route(source, destination);
  }
  return entry->second;
}

void EventEngine::add_route(std::uint32_t source, std::uint32_t destination) {
  double most = LinkSharing::kFastest;
  std::vector<std::uint32_t> shared;
  for (const PlatformLink& link : in_.platform.links(source, destination)) {
    if (link.kind == LinkKind::other) shares_links_ = false;
    most = std::min(most, link.bandwidth);
    if (link.kind != LinkKind::shared) continue;
    const auto known = link_by_name_.find(link.name);
    shared.push_back(known != link_by_name_.end()
                         ? known->second
                         : link_by_name_.emplace(link.name, links_.add_link(link.bandwidth)).first->second);
  }
  links_.add_route(shared, most);
}

/// The stream's flow leaves when it is its turn.
void EventEngine::queue_flow(std::uint32_t index) {
  const RemotePath& path = *streams_[index].remote;
  SendQueue& queue = send_queues_[path.route];
  queue.waiting.push(now_, path.writer_plus_one, path.write, index);
  if (queue.sending || queue.due) return;
  queue.due = true;
  queue_.push(now_ + kTurnDelay_s, EventKind::send, path.route);
}

/// What it waited for is the transfer before, if one has just ended.
void EventEngine::send_next(std::uint32_t index) {
  SendQueue& queue = send_queues_[index];
  queue.sending = !queue.waiting.empty();
  if (!queue.sending) return;
  const std::uint32_t stream = queue.waiting.pop();
  if (*cause_) streams_[stream].remote->flow = *cause_;
  start_flow(stream);
}

void EventEngine::start_flow(std::uint32_t index) {
  if (RemotePath* other = other_direction(streams_, index)) other->nagle.answered(now_);
  if (!shares_links_) return pending_flows_.push_back(index);
  note_flow_start(index);
  const RemotePath& path = *streams_[index].remote;
  links_.start(path.route, share_bytes(path), index, now_, path.flow_shares);
}

double EventEngine::share_bytes(const RemotePath& path) const {
  return bytes_per_share(in_.network, path.flow_end - path.flowed, path.flow_shares);
}

void EventEngine::note_flow_start(std::uint32_t index) {
  const Stream& stream = streams_[index];
  stream.remote->flow_since = now_;
  if (in_.insight) in_.insight->flow_started(stream.source, stream.destination, now_);
  ++in_.counts.network_flows;
}

/// When all that happens now has happened: finds out anew when the next flows end. True: an event was added.
bool EventEngine::share_links() {
  if (!links_.changed() || (!queue_.empty() && queue_.top().time <= now_)) return false;
  const double next = links_.next_end(now_);
  if (next == flows_end_) return false;
  flows_end_ = next;
  ++flows_end_version_;
  if (next < kNever) queue_.push(next, EventKind::flows_end, 0, flows_end_version_);
  return next < kNever;
}

void EventEngine::end_flows(std::uint32_t version) {
  if (version != flows_end_version_) return;
  flows_end_ = kNever;
  done_.clear();
  links_.end_due(now_, done_);
  for (const std::uint32_t stream : done_) flow_ended(stream);
}

}  // namespace simrec::replay
