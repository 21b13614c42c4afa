// The reference engine's streams and connections.
#include "replayer/simulate/reference_engine.h"

namespace simrec::replay {

namespace s4u = simgrid::s4u;
namespace {

double clock_s() { return s4u::Engine::get_clock(); }

}  // namespace

void ReferenceEngine::set_up_stream(std::uint32_t index, std::uint32_t opposite) {
  const replay::Stream& from = program_.streams[index];
  const std::uint32_t source = in_.platform.host_of_thread(program_, from.writer_thread);
  const std::uint32_t destination = in_.platform.host_of_thread(program_, from.reader_thread);
  if (source == destination) return;
  streams_[index].remote = std::make_unique<RemotePath>();
  RemotePath& path = *streams_[index].remote;
  const replay::Route& route = in_.platform.route(source, destination);
  path.forward_s = route.latency_s;
  path.other_links_s_per_byte = route.other_links_s_per_byte;
  path.only_shared_links = route.only_shared;
  path.back_s = in_.platform.latency_s(destination, source);
  if (in_.network.slow_start && has_congestion_window(from.transport))
    path.window = std::make_unique<TcpWindow>(TcpPath{path.forward_s + path.back_s, route.slowest_link_s_per_byte},
                                              in_.platform.host(source).tcp);
  path.route = &route_of(source, destination);
  path.flow_started = s4u::Semaphore::create(0);
  const std::string name = "stream-" + std::to_string(index);
  start_daemon(name + "-flows", [this, index] { run_flows(index); });
  path.opposite = opposite;
  for (Line* line : {&path.deliveries, &path.acknowledgements, &path.delayed_acknowledgements, &path.notices}) {
    line->filled = s4u::Semaphore::create(0);
    start_daemon(name + "-line", [this, line] { run_line(*line); });
  }
}

bool ReferenceEngine::is_connecting(std::uint32_t stream) const {
  const std::uint32_t connection = program_.streams[stream].connection_plus_one;
  return connection && connections_[connection - 1].connecting;
}

bool ReferenceEngine::has_room(std::uint32_t stream, std::int64_t end) const {
  const Stream& s = streams_[stream];
  const std::int64_t capacity = program_.streams[stream].capacity_bytes;
  if (capacity == kUnlimited) return true;
  if (!s.remote) return end - s.consumed <= capacity;
  TcpWindow* window = in_.network.send_buffer ? s.remote->window.get() : nullptr;
  if (window != nullptr && end > window->buffer_end(clock_s())) return false;
  std::int64_t released = s.remote->released;  // with the notices that are there but not taken yet
  for (const RoomNotice& notice : s.remote->room)
    if (notice.time <= clock_s() + kInstant_s) released = std::max(released, notice.consumed);
  return end - released <= capacity;
}

void ReferenceEngine::send(std::uint32_t t, const Op& op) {
  Stream& stream = streams_[op.target];
  const bool remote = stream.remote != nullptr;
  if (is_connecting(op.target)) {
    auto& waiters = connections_[program_.streams[op.target].connection_plus_one - 1].waiters;
    wait(
        t, &waiters, [this, &op] { return !is_connecting(op.target); }, remote);
  }
  if (op.value == 0) return;
  stream.sent += op.value;
  stream.last_writer_plus_one = t + 1;
  stream.last_write = threads_[t].position;
  const std::int64_t end = stream.sent;
  if (remote) {
    stream.remote->written_now.written(clock_s(), stream.sent - op.value, stream.sent);
    stream.remote->nagle.written(clock_s(), in_.network.nagle && (op.flags & kNagle));
    inject(op.target);
    take_notices(stream);
  } else {
    arrived(op.target, stream.sent, t + 1);
  }
  wait(
      t, &stream.writers, [this, &op, end] { return has_room(op.target, end); }, remote);
}

void ReferenceEngine::recv(std::uint32_t t, const Op& op) {
  Stream& stream = streams_[op.target];
  if (stream.arrived < op.value) {
    stream.wanted = std::max(stream.wanted, op.value);
    consumed(op.target, std::min(stream.arrived, stream.wanted));
    wait(
        t, &stream.readers, [&stream, &op] { return stream.arrived >= op.value; }, stream.remote != nullptr);
  }
  consumed(op.target, op.value);
}

void ReferenceEngine::finish(std::uint32_t t, const Op& op) {
  Stream& stream = streams_[op.target];
  const bool is_first = !std::exchange(stream.end_sent, true);
  if (is_first && stream.remote) inject(op.target);
  if (is_first && !stream.remote) {
    stream.end_arrived.now(clock_s());
    stream.end_acknowledged = true;
    notify(stream.readers, stream.last_writer_plus_one);
  }
  wait(
      t, &stream.writers, [this, t, &op] { return satisfied(t, op); }, stream.remote != nullptr);
}

/// The sender learns, at that time, that its end has arrived.
void ReferenceEngine::acknowledge_end_at(std::uint32_t index, double when) {
  add(streams_[index].remote->acknowledgements, when, [this, index] {
    streams_[index].end_acknowledged = true;
    notify(streams_[index].writers, program_.streams[index].reader_thread + 1);
  });
}

void ReferenceEngine::consumed(std::uint32_t index, std::int64_t position) {
  Stream& stream = streams_[index];
  if (position <= stream.consumed) return;
  stream.consumed = position;
  if (program_.streams[index].capacity_bytes == kUnlimited) return;
  const std::uint32_t reader_plus_one = program_.streams[index].reader_thread + 1;
  if (!stream.remote) {
    notify(stream.writers, reader_plus_one);
    return;
  }
  const double when = clock_s() + stream.remote->back_s;
  stream.remote->room.push_back({when, position});
  add(stream.remote->notices, when, [this, index, reader_plus_one] {
    take_notices(streams_[index]);
    inject_gated(index);
    notify(streams_[index].writers, reader_plus_one);
  });
}

void ReferenceEngine::take_notices(Stream& stream) {
  auto& room = stream.remote->room;
  while (!room.empty() && room.front().time <= clock_s() + kInstant_s) {
    stream.remote->released = std::max(stream.remote->released, room.front().consumed);
    room.pop_front();
  }
}

/// All up to `position` has arrived: a waiting reader takes what came.
void ReferenceEngine::arrived(std::uint32_t index, std::int64_t position, std::uint32_t by_plus_one) {
  Stream& stream = streams_[index];
  stream.arrived_before.more(clock_s(), std::exchange(stream.arrived, position));
  if (stream.wanted > stream.consumed) consumed(index, std::min(stream.arrived, stream.wanted));
  notify(stream.readers, by_plus_one);
}

void ReferenceEngine::inject(std::uint32_t index) {
  Stream& stream = streams_[index];
  RemotePath& path = *stream.remote;
  if (path.flow_end > path.flowed) return;  // one flow at a time
  path.gated = false;
  take_notices(stream);
  const std::int64_t queued = path.written_now.end(clock_s(), path.flowed, stream.sent) - path.flowed;
  if (queued == 0) {
    if (!stream.end_sent || path.end_left) return;
    path.end_left = true;
    path.last_delivery = std::max(path.last_delivery, clock_s() + path.forward_s);
    add(path.deliveries, path.last_delivery, [this, index, by = stream.last_writer_plus_one] {
      streams_[index].end_arrived.now(clock_s());
      arrived(index, streams_[index].arrived, by);
    });
    acknowledge_end_at(index, path.last_delivery + path.back_s);
    return;
  }
  std::int64_t room = kUnlimited;
  bool room_will_grow = false;
  if (path.window) {
    room = path.window->limit(clock_s()) - path.flowed;
    room_will_grow = path.window->next_acknowledgement() < kNever;
  }
  if (const std::int64_t capacity = program_.streams[index].capacity_bytes;
      in_.network.capacity_window && capacity != kUnlimited) {
    room = std::min(room, path.released + capacity - path.flowed);
    room_will_grow = room_will_grow || !path.room.empty();
  }
  const std::int64_t burst = in_.network.bursts && path.window ? path.window->burst() : kFlowPayload;
  const std::int64_t fits = next_flow_payload(queued, room, room_will_grow, burst);
  std::int64_t payload = path.nagle.allowed(clock_s(), fits, stream.end_sent);
  if (payload <= 0)  // unless what was written behind it, in the same instant, completes a segment
    payload = path.nagle.allowed(clock_s(), next_flow_payload(stream.sent - path.flowed, room, room_will_grow, burst),
                                 stream.end_sent);
  if (payload <= 0) {
    path.gated = true;
    if (fits > 0 && path.nagle.held_until() < kNever)  // else the flow that carries the acknowledgement tells
      add(path.delayed_acknowledgements, path.nagle.held_until(), [this, index] { inject_gated(index); });
    return;
  }
  path.flow_end = path.flowed + payload;
  path.writer_plus_one = stream.last_writer_plus_one;
  path.write = stream.last_write;
  if (path.window) path.window->sent(clock_s(), path.flow_end);
  path.flow_shares = window_shares(in_.network, path.window.get(), path.only_shared_links);
  ++active_;
  path.flow_short = is_short_transfer(in_.network, queued, payload);
  if (path.flow_short)
    queue_flow(index);
  else
    start_flow(index);
}

void ReferenceEngine::inject_gated(std::uint32_t index) {
  if (streams_[index].remote->gated) inject(index);
}

void ReferenceEngine::start_flow(std::uint32_t index) {
  if (RemotePath* other = other_direction(streams_, index)) other->nagle.answered(clock_s());
  RemotePath& path = *streams_[index].remote;
  const replay::Stream& from = program_.streams[index];
  ++in_.counts.network_flows;
  const double bytes = bytes_per_share(in_.network, path.flow_end - path.flowed, path.flow_shares);
  path.flow.clear();
  for (std::uint32_t share = 0; share < path.flow_shares; ++share)
    path.flow.push_back(s4u::Comm::sendto_async(host_of(from.writer_thread).host, host_of(from.reader_thread).host,
                                                static_cast<std::uint64_t>(bytes)));
  path.flow_started->release();
}

ReferenceEngine::Route& ReferenceEngine::route_of(std::uint32_t source, std::uint32_t destination) {
  const auto [entry, is_new] = routes_.try_emplace({source, destination});
  Route& route = entry->second;
  if (is_new) {
    route.bell = s4u::Semaphore::create(0);
    start_daemon("route-" + std::to_string(routes_.size()), [this, &route] { run_route(route); });
  }
  return route;
}

void ReferenceEngine::queue_flow(std::uint32_t index) {
  const RemotePath& path = *streams_[index].remote;
  SendQueue& queue = path.route->queue;
  queue.waiting.push(clock_s(), path.writer_plus_one, path.write, index);
  if (queue.sending || queue.due) return;
  queue.due = true;
  path.route->bell->release();
}

void ReferenceEngine::run_route(Route& route) {
  for (;;) {
    route.bell->acquire();
    s4u::this_actor::sleep_for(kTurnDelay_s);
    route.queue.due = false;
    if (!route.queue.sending) send_next(route);
  }
}

void ReferenceEngine::send_next(Route& route) {
  route.queue.sending = !route.queue.waiting.empty();
  if (route.queue.sending) start_flow(route.queue.waiting.pop());
}

void ReferenceEngine::run_flows(std::uint32_t index) {
  Stream& stream = streams_[index];
  RemotePath& path = *stream.remote;
  for (;;) {
    path.flow_started->acquire();
    for (const s4u::CommPtr& share : path.flow) share->wait();
    const double forwarding = forwarding_s(in_.network, path.flow_end - path.flowed, path.other_links_s_per_byte);
    const double delivered = path.last_delivery = std::max(path.last_delivery, clock_s() + path.forward_s + forwarding);
    const double acknowledged = delivered + path.back_s;
    path.nagle.arrives(delivered, path.back_s, path.flow_end - path.flowed, in_.network.delayed_acknowledgements);
    path.flowed = path.flow_end;
    if (path.flow_short) send_next(*path.route);
    const bool end = stream.end_sent && path.flowed == stream.sent;
    path.end_left = path.end_left || end;
    add(path.deliveries, delivered, [this, index, end, position = path.flowed, by = path.writer_plus_one] {
      if (end) streams_[index].end_arrived.now(clock_s());
      arrived(index, position, by);
    });
    if (RemotePath* other = other_direction(streams_, index); other && other->nagle.answer_arrives(delivered))
      add(path.deliveries, delivered, [this, opposite = path.opposite] { inject_gated(opposite); });
    if (path.window) path.window->acknowledge_at(acknowledged, path.flowed);
    if (path.window || in_.network.nagle) {
      add(path.acknowledgements, acknowledged, [this, index] {
        inject_gated(index);
        notify(streams_[index].writers, program_.streams[index].reader_thread + 1);
      });
    }
    if (end) acknowledge_end_at(index, acknowledged);
    inject(index);
    --active_;
    became_idle();
  }
}

void ReferenceEngine::connect(std::uint32_t t, const Op& op) {
  Connection& connection = connections_[op.target];
  if (connection.known) return;
  connection.known = true;
  const replay::Connection& described = program_.connections[op.target];
  const std::uint32_t client = in_.platform.host_of_thread(program_, t);
  const std::uint32_t server = in_.platform.host_of_thread(program_, described.server_thread);
  const double forward = in_.platform.latency_s(client, server), back = in_.platform.latency_s(server, client);
  const double at_client = client_established_s(in_.network, forward, back);
  if (at_client <= 0) {
    connection.server_established.now(clock_s());
    notify(connection.waiters, t + 1);
    return;
  }
  connection.connecting = true;
  const double start = clock_s(), at_server = server_established_s(in_.network, forward, back);
  active_ += 1;
  s4u::Actor::create("handshake", in_.platform.host(client).host,
                     [this, &connection, start, at_client, at_server, t, server_thread = described.server_thread] {
                       sleep_until(start + at_client);
                       connection.connecting = false;
                       notify(connection.waiters, server_thread + 1);
                       sleep_until(start + at_server);
                       connection.server_established.now(clock_s());
                       notify(connection.waiters, t + 1);
                       --active_;
                       became_idle();
                     });
  if (!(op.flags & kNonblocking))
    wait(
        t, &connection.waiters, [&connection] { return !connection.connecting; }, false);
}

bool ReferenceEngine::relax_capacities() {
  bool any = false;
  for (std::uint32_t s = 0; s < streams_.size(); ++s) {
    Stream& stream = streams_[s];
    const std::int64_t capacity = program_.streams[s].capacity_bytes;
    const bool gated = stream.remote && stream.remote->gated;
    if (capacity == kUnlimited || (stream.writers.empty() && !gated)) continue;
    any = true;
    ++in_.counts.capacity_relaxed;
    std::int64_t& room_from = stream.remote ? stream.remote->released : stream.consumed;
    room_from = std::max(room_from, stream.sent - capacity);
    if (gated) inject(s);
    notify(stream.writers, 0);
  }
  return any;
}

}  // namespace simrec::replay
