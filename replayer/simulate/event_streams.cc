// The event engine's streams and connections.
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

void EventEngine::set_up_stream(std::uint32_t index, std::uint32_t opposite) {
  const replay::Stream& from = program_.streams[index];
  Stream& stream = streams_[index];
  stream.capacity = from.capacity_bytes;
  stream.source = in_.platform.host_of_thread(program_, from.writer_thread);
  stream.destination = in_.platform.host_of_thread(program_, from.reader_thread);
  if (stream.source == stream.destination) return;
  stream.remote = std::make_unique<RemotePath>();
  RemotePath& path = *stream.remote;
  const Route& route = in_.platform.route(stream.source, stream.destination);
  path.forward_s = route.latency_s;
  path.other_links_s_per_byte = route.other_links_s_per_byte;
  path.only_shared_links = route.only_shared;
  path.back_s = in_.platform.latency_s(stream.destination, stream.source);
  path.opposite = opposite;
  path.route = route_of(stream.source, stream.destination);
  path.window =
      TcpWindow({path.forward_s + path.back_s, route.slowest_link_s_per_byte}, in_.platform.host(stream.source).tcp);
  path.has_window = in_.network.slow_start && has_congestion_window(from.transport);
  path.window_event = kNever;
}

bool EventEngine::is_connecting(std::uint32_t stream) const {
  const std::uint32_t connection = program_.streams[stream].connection_plus_one;
  return connection && connections_[connection - 1].client == Connection::State::connecting;
}

bool EventEngine::has_room(const Stream& stream, std::int64_t end) const {
  if (stream.capacity == kUnlimited) return true;
  if (!stream.remote) return end - stream.consumed <= stream.capacity;
  RemotePath& path = *stream.remote;
  const bool buffered = !path.has_window || !in_.network.send_buffer || end <= path.window.buffer_end(now_);
  if (!buffered) return false;
  std::int64_t released = path.released;  // with the notices that are there but not taken yet
  for (const RoomNotice& notice : path.notices) {
    if (end - released <= stream.capacity || notice.time > now_ + kInstant_s) break;
    released = std::max(released, notice.consumed);
  }
  return end - released <= stream.capacity;
}

bool EventEngine::send(std::uint32_t t, const Op& op) {
  Stream& stream = streams_[op.target];
  if (is_connecting(op.target)) {
    hold(t, &connections_[program_.streams[op.target].connection_plus_one - 1].waiters);
    threads_[t].phase = Phase::connecting;
    return false;
  }
  if (op.value == 0) return true;
  stream.sent += op.value;
  stream.last_writer_plus_one = t + 1;
  stream.last_write = threads_[t].position;
  if (in_.insight) in_.insight->message(op.target, op.value);
  if (stream.remote) {
    stream.remote->written_now.written(now_, stream.sent - op.value, stream.sent);
    stream.remote->nagle.written(now_, in_.network.nagle && (op.flags & kNagle));
    inject(op.target);
    take_notices(stream);
  } else {
    arrived(op.target, stream.sent, t + 1);
  }
  if (has_room(stream, stream.sent)) return true;
  const std::int64_t end = stream.sent;
  hold(t, &stream.writers);
  threads_[t].send_end = end;
  if (stream.remote) schedule_window(op.target);
  return false;
}

bool EventEngine::recv(std::uint32_t t, const Op& op) {
  Stream& stream = streams_[op.target];
  if (stream.arrived < op.value) {
    stream.wanted = std::max(stream.wanted, op.value);
    hold(t, &stream.readers);
    consumed(op.target, std::min(stream.arrived, stream.wanted));
    return false;
  }
  consumed(op.target, op.value);
  return true;
}

bool EventEngine::finish(std::uint32_t t, const Op& op) {
  Stream& stream = streams_[op.target];
  const bool is_first = !std::exchange(stream.end_sent, true);
  if (is_first && stream.remote) inject(op.target);
  if (is_first && !stream.remote) {
    stream.end_arrived.now(now_);
    stream.end_acknowledged = true;
    wake_satisfied(stream.readers, stream.last_writer_plus_one);
  }
  return satisfied(t, op) || hold(t, &stream.writers);
}

/// Bytes up to `position` have left the stream at the reader's side.
void EventEngine::consumed(std::uint32_t index, std::int64_t position) {
  Stream& stream = streams_[index];
  if (position <= stream.consumed) return;
  stream.consumed = position;
  if (stream.capacity == kUnlimited) return;
  if (!stream.remote) {
    wake_satisfied(stream.writers, program_.streams[index].reader_thread + 1);
    return;
  }
  const double when = now_ + stream.remote->back_s;
  auto& notices = stream.remote->notices;
  if (notices.empty() || notices.back().time != when) notices.push_back({when, 0, {}});
  notices.back().consumed = position;
  notices.back().chain = *cause_;
  schedule_window(index);
}

/// All up to `position` has arrived: a waiting reader takes what came.
void EventEngine::arrived(std::uint32_t index, std::int64_t position, std::uint32_t by_plus_one) {
  Stream& stream = streams_[index];
  stream.arrived_before.more(now_, std::exchange(stream.arrived, position));
  if (stream.wanted > stream.consumed) consumed(index, std::min(stream.arrived, stream.wanted));
  wake_satisfied(stream.readers, by_plus_one);
}

void EventEngine::take_notices(Stream& stream) {
  auto& notices = stream.remote->notices;
  while (!notices.empty() && notices.front().time <= now_ + kInstant_s) {
    stream.remote->released = std::max(stream.remote->released, notices.front().consumed);
    notices.pop_front();
  }
}

/// Starts the stream's next flow if it may; one at a time, so that a connection takes one share of a link.
void EventEngine::inject(std::uint32_t index) {
  Stream& stream = streams_[index];
  RemotePath& path = *stream.remote;
  if (path.flow_active) return;
  path.gated = path.held = false;
  if (in_.insight) note_acknowledgements(path);
  take_notices(stream);
  const std::int64_t queued = path.written_now.end(now_, path.flowed, stream.sent) - path.flowed;
  if (queued == 0) {
    if (!stream.end_sent || path.end_left) return;
    path.end_left = true;
    path.deliveries.push_back({path.flowed, stream.last_writer_plus_one, true, *cause_});
    path.last_delivery = std::max(path.last_delivery, now_ + path.forward_s);
    queue_.push(path.last_delivery, EventKind::deliver, index);
    return;
  }
  std::int64_t room = kUnlimited;
  bool room_will_grow = false;
  if (path.has_window) {
    room = path.window.limit(now_) - path.flowed;
    room_will_grow = path.window.next_acknowledgement() < kNever;
  }
  if (in_.network.capacity_window && stream.capacity != kUnlimited) {
    room = std::min(room, path.released + stream.capacity - path.flowed);
    room_will_grow = room_will_grow || !path.notices.empty();
  }
  const std::int64_t burst = in_.network.bursts && path.has_window ? path.window.burst() : kFlowPayload;
  const std::int64_t fits = next_flow_payload(queued, room, room_will_grow, burst);
  std::int64_t payload = path.nagle.allowed(now_, fits, stream.end_sent);
  if (payload <= 0)  // unless what was written behind it, in the same instant, completes a segment
    payload = path.nagle.allowed(now_, next_flow_payload(stream.sent - path.flowed, room, room_will_grow, burst),
                                 stream.end_sent);
  if (payload <= 0) {
    path.gated = true;
    path.held = fits > 0;
    schedule_window(index);
    return;
  }
  path.flow_active = true;
  path.flow = *cause_;
  path.flow_end = path.flowed + payload;
  path.writer_plus_one = stream.last_writer_plus_one;
  path.write = stream.last_write;
  if (path.has_window) path.window.sent(now_, path.flow_end);
  path.flow_shares = window_shares(in_.network, path.has_window ? &path.window : nullptr, path.only_shared_links);
  path.flow_short = is_short_transfer(in_.network, queued, payload);
  if (path.flow_short)
    queue_flow(index);
  else
    start_flow(index);
}

void EventEngine::flow_ended(std::uint32_t index) {
  Stream& stream = streams_[index];
  RemotePath& path = *stream.remote;
  const double forwarding = forwarding_s(in_.network, path.flow_end - path.flowed, path.other_links_s_per_byte);
  path.last_delivery = std::max(path.last_delivery, now_ + path.forward_s + forwarding);
  if (in_.insight) note_transfer(index);
  path.nagle.arrives(path.last_delivery, path.back_s, path.flow_end - path.flowed,
                     in_.network.delayed_acknowledgements);
  if (RemotePath* other = other_direction(streams_, index);
      other && other->nagle.answer_arrives(path.last_delivery) && other->held)
    schedule_window(path.opposite);
  const Chain chain = path.flow;  // the next flow's takes its place
  const Because because(*this, chain);
  path.flow_active = false;
  path.flowed = path.flow_end;
  if (path.flow_short) send_next(path.route);
  const bool end = stream.end_sent && path.flowed == stream.sent;
  path.end_left = path.end_left || end;
  path.deliveries.push_back({path.flowed, path.writer_plus_one, end, chain});
  queue_.push(path.last_delivery, EventKind::deliver, index);
  if (path.has_window) path.window.acknowledge_at(path.last_delivery + path.back_s, path.flowed);
  inject(index);
  if (!stream.writers.empty()) schedule_window(index);
}

void EventEngine::deliver(std::uint32_t index) {
  Stream& stream = streams_[index];
  Delivery delivery = std::move(stream.remote->deliveries.front());
  stream.remote->deliveries.pop_front();
  if (in_.insight) note_arrival(index, delivery);
  const Because because(*this, delivery.chain);
  if (delivery.end) {
    stream.end_arrived.now(now_);
    stream.remote->end = delivery.chain;
    queue_.push(now_ + stream.remote->back_s, EventKind::end_acknowledged, index);
  }
  arrived(index, delivery.position, delivery.writer_plus_one);
}

void EventEngine::end_acknowledged(std::uint32_t index) {
  Stream& stream = streams_[index];
  Chain chain = std::move(stream.remote->end);
  if (in_.insight) note_learned(index, chain);
  const Because because(*this, chain);
  stream.end_acknowledged = true;
  wake_satisfied(stream.writers, program_.streams[index].reader_thread + 1);
}

/// Makes sure that somebody looks when the next acknowledgement or room notice arrives that is waited for.
void EventEngine::schedule_window(std::uint32_t index) {
  const Stream& stream = streams_[index];
  RemotePath& path = *stream.remote;
  double next = kNever;
  if ((path.gated || !stream.writers.empty()) && path.has_window) next = path.window.next_acknowledgement();
  if ((path.gated || !stream.writers.empty()) && !path.notices.empty())
    next = std::min(next, path.notices.front().time);
  if (path.held) next = std::min(next, path.nagle.held_until());
  if (next >= path.window_event) return;
  path.window_event = next;
  queue_.push(std::max(next, now_), EventKind::window, index);
}

void EventEngine::window_event(const Event& event) {
  Stream& stream = streams_[event.id];
  RemotePath& path = *stream.remote;
  if (event.time < path.window_event) return;  // cannot be: the earliest is remembered
  path.window_event = kNever;
  if (in_.insight) note_credit(event.id);
  const Because because(*this, path.credit);
  take_notices(stream);
  if (path.has_window) path.window.take_acknowledgements(now_);  // or they would be the next to come for ever
  if (path.gated) inject(event.id);  // before the writers add more: bytes of one instant stay in order of their sends
  wake_satisfied(stream.writers, program_.streams[event.id].reader_thread + 1);
  schedule_window(event.id);
}

bool EventEngine::connect(std::uint32_t t, const Op& op) {
  Connection& connection = connections_[op.target];
  if (connection.client != Connection::State::unknown) return true;
  connection.client_plus_one = t + 1;
  connection.chain = *cause_;
  const replay::Connection& described = program_.connections[op.target];
  const std::uint32_t client = threads_[t].host;
  const std::uint32_t server = in_.platform.host_of_thread(program_, described.server_thread);
  const double forward = in_.platform.latency_s(client, server), back = in_.platform.latency_s(server, client);
  const double at_client = client_established_s(in_.network, forward, back);
  if (at_client <= 0) {
    connection.client = Connection::State::established;
    connection.server_established.now(now_);
    wake_satisfied(connection.waiters, t + 1);
    return true;
  }
  connection.client = Connection::State::connecting;
  queue_.push(now_ + at_client, EventKind::client_established, op.target);
  queue_.push(now_ + server_established_s(in_.network, forward, back), EventKind::server_established, op.target);
  if (op.flags & kNonblocking) return true;
  return hold(t, nullptr);
}

void EventEngine::client_established(std::uint32_t index) {
  const Chain chain = established(index);
  const Because because(*this, chain);
  Connection& connection = connections_[index];
  connection.client = Connection::State::established;
  const std::uint32_t client = connection.client_plus_one - 1;
  const bool blocks = threads_[client].phase == Phase::waiting && current(client).kind == OpKind::connect &&
                      current(client).target == index;
  if (blocks) release(client, program_.connections[index].server_thread + 1);
  wake_satisfied(connection.waiters, program_.connections[index].server_thread + 1);
}

/// Nothing can happen any more: lets writers go on that wait for room. False if there are none.
bool EventEngine::relax_capacities() {
  bool any = false;
  for (std::uint32_t s = 0; s < streams_.size(); ++s) {
    Stream& stream = streams_[s];
    const bool gated = stream.remote && stream.remote->gated;
    if (stream.capacity == kUnlimited || (stream.writers.empty() && !gated)) continue;
    any = true;
    ++in_.counts.capacity_relaxed;
    const Chain chain = stream.last_writer_plus_one ? threads_[stream.last_writer_plus_one - 1].chain : Chain();
    const Because because(*this, chain);
    std::int64_t& room_from = stream.remote ? stream.remote->released : stream.consumed;
    room_from = std::max(room_from, stream.sent - stream.capacity);
    if (gated) inject(s);
    wake_satisfied(stream.writers, 0);
  }
  return any;
}

}  // namespace simrec::replay
