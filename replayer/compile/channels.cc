#include "replayer/compile/channels.h"

#include <algorithm>

namespace simrec::replay::causal {
namespace {

/// Linux defaults where the trace does not say: net.core.wmem_default; pipe(7).
constexpr std::int64_t kUnixSendBuffer = 212'992;
constexpr std::int64_t kPipeCapacity = 65'536;
/// TCP over loopback starts with this send buffer (20 segments of 64 KiB, as the kernel accounts them)
/// and 128 KiB to receive, half of which holds payload.
constexpr std::int64_t kTcpSendBuffer = 2'626'560;
constexpr std::int64_t kTcpReceiveBuffer = 131'072;

/// IPv4 addresses are written in one way: "[::ffff:127.0.0.1]:80" is 127.0.0.1:80.
std::string plain_address(const std::string& address) {
  constexpr std::string_view kMapped = "[::ffff:";
  if (!address.starts_with(kMapped) || address.find('.') == std::string::npos) return address;
  std::string plain = address.substr(kMapped.size());
  std::erase(plain, ']');
  return plain;
}

const char* transport_name(Transport transport) {
  constexpr const char* kNames[] = {"pipe", "unix", "tcp", "datagram"};
  return kNames[static_cast<std::size_t>(transport)];
}

}  // namespace

Channels::Channels(const Tables& tables, std::shared_ptr<ScratchSpace> space)
    : tables_(tables), space_(std::move(space)), ends_(tables.objects().size() + 1) {}

Ends& Channels::ends(ObjectId object) {
  if (object.value >= ends_.size()) object.value = 0;
  if (object.value == 0) ends_[0] = {};  // the unknown object never accumulates anything
  return ends_[object.value];
}

std::uint32_t Channels::add(Transport transport, ObjectId source, ObjectId destination) {
  Channel channel;
  channel.transport = transport;
  channel.source = source;
  channel.destination = destination;
  channels_.push_back(std::move(channel));
  history_.push_back({ScratchSequence<Sent>(space_), 0});
  return static_cast<std::uint32_t>(channels_.size() - 1);
}

std::uint32_t Channels::pipe(ObjectId object, bool ours) {
  Ends& e = ends(object);
  if (!e.in_plus_one) {
    const std::uint32_t channel = add(Transport::pipe, object, object);
    e.in_plus_one = e.out_plus_one = channel + 1;
    channels_[channel].kernel_capacity = static_cast<std::int64_t>(tables_.object(object).capacity_bytes);
  }
  if (ours) channels_[e.in_plus_one - 1].has_writer = channels_[e.in_plus_one - 1].has_reader = true;
  return e.in_plus_one - 1;
}

void Channels::pair(ObjectId a, ObjectId b) {
  const std::uint32_t ab = add(Transport::unixSocket, a, b);
  const std::uint32_t ba = add(Transport::unixSocket, b, a);
  for (std::uint32_t c : {ab, ba}) channels_[c].has_writer = channels_[c].has_reader = true;
  ends(a).out_plus_one = ends(b).in_plus_one = ab + 1;
  ends(a).in_plus_one = ends(b).out_plus_one = ba + 1;
}

std::string Channels::key(const std::string& local, const std::string& peer) const {
  return plain_address(local) + "|" + plain_address(peer);
}

std::uint32_t Channels::connect(ObjectId client, Transport transport, std::uint32_t thread, Ns now) {
  const auto link = static_cast<std::uint32_t>(links_.size());
  links_.push_back({transport, client, {}, thread, thread, false, now, {}});
  const std::uint32_t out = add(transport, client, {});
  const std::uint32_t in = add(transport, {}, client);
  channels_[out].connection_plus_one = channels_[in].connection_plus_one = link + 1;
  channels_[out].has_writer = channels_[in].has_reader = true;
  channels_[in].reader_plus_one = thread + 1;
  Ends& e = ends(client);
  e.out_plus_one = out + 1;
  e.in_plus_one = in + 1;
  e.link_plus_one = link + 1;
  const Object& o = tables_.object(client);
  if (transport == Transport::tcp) {
    waiting_tcp_[key(tables_.string(o.local_address), tables_.string(o.peer_address))].push_back(link);
  } else {
    waiting_unix_[tables_.string(o.peer_address)].push_back(link);
  }
  return link;
}

std::uint32_t Channels::accept(ObjectId server, ObjectId listener, std::uint32_t thread) {
  const Object& o = tables_.object(server);
  std::vector<std::uint32_t>* queue = nullptr;
  std::size_t chosen = 0;
  if (o.kind == ObjectKind::tcp) {
    if (auto it = waiting_tcp_.find(key(tables_.string(o.peer_address), tables_.string(o.local_address)));
        it != waiting_tcp_.end())
      queue = &it->second;
    // A loopback address exists once per network namespace: prefer a client in ours.
    for (std::size_t i = 0; queue && i < queue->size(); ++i) {
      if (tables_.object(links_[(*queue)[i]].client).network_namespace != o.network_namespace) continue;
      chosen = i;
      break;
    }
  } else {
    std::string name = tables_.string(o.local_address);
    if (name.empty()) name = tables_.string(tables_.object(listener).local_address);
    if (auto it = waiting_unix_.find(name); it != waiting_unix_.end()) queue = &it->second;
    for (std::size_t i = 0; queue && i < queue->size(); ++i) {
      const ObjectId client = links_[(*queue)[i]].client;
      const Object& c = tables_.object(client);
      if (o.peer == client || c.peer == server || (o.peer_inode && o.peer_inode == c.inode) ||
          (c.peer_inode && c.peer_inode == o.inode)) {
        chosen = i;
        break;
      }
    }
  }
  if (!queue || chosen >= queue->size()) return 0;
  const std::uint32_t link = (*queue)[chosen];
  queue->erase(queue->begin() + static_cast<std::ptrdiff_t>(chosen));
  Link& l = links_[link];
  l.server = server;
  l.listener = listener;
  l.server_thread = thread;
  l.accepted = true;
  const Ends& c = ends(l.client);
  const std::uint32_t to_server = c.out_plus_one, to_client = c.in_plus_one;
  Ends& s = ends(server);
  s.in_plus_one = to_server;
  s.out_plus_one = to_client;
  s.link_plus_one = link + 1;
  if (!to_server || !to_client) return 0;
  Channel& up = channels_[to_server - 1];
  Channel& down = channels_[to_client - 1];
  up.has_reader = down.has_writer = true;
  up.destination = down.source = server;
  up.reader_plus_one = thread + 1;
  return link + 1;
}

void Channels::write_begins(std::uint32_t channel, std::int64_t bytes, std::uint32_t thread, Ns entry) {
  Channel& c = channels_[channel];
  c.has_writer = true;
  if (!c.writer_plus_one) c.writer_plus_one = thread + 1;
  c.sent += bytes;
  c.previous_occupancy = c.latest_occupancy;
  c.latest_occupancy = c.sent - c.consumed - c.being_read;
  History& h = history_[channel];
  forget_consumed(h);
  h.sent.push_back({c.sent, {thread, entry}});
}

void Channels::forget_consumed(History& history) const {
  constexpr std::size_t kWorthIt = 4096;
  if (history.head == history.sent.size()) {
    if (history.head == 0) return;
    history.sent.clear();
  } else if (history.head >= kWorthIt && history.head >= history.sent.size() / 2) {
    ScratchSequence<Sent> rest(space_);
    for (std::size_t i = history.head; i < history.sent.size(); ++i) rest.push_back(history.sent[i]);
    history.sent = std::move(rest);
  } else {
    return;
  }
  history.head = 0;
}

void Channels::write_ends(std::uint32_t channel) {
  Channel& c = channels_[channel];
  // A pipe's limit is exact, so bytes that a read is taking right now are gone already; for sockets
  // the buffer limit is a guess and the larger figure is the safe one.
  const std::int64_t gone = c.consumed + (c.transport == Transport::pipe ? c.being_read : 0);
  c.largest_occupancy = std::max(c.largest_occupancy, c.sent - gone);
}

std::int64_t Channels::read_ends(std::uint32_t channel, std::int64_t bytes, std::uint32_t thread, Ns entry) {
  Channel& c = channels_[channel];
  c.has_reader = true;
  c.reader_plus_one = c.consumed == 0 ? thread + 1 : c.reader_plus_one;
  const std::int64_t known = std::clamp<std::int64_t>(c.sent - c.consumed, 0, bytes);
  c.consumed += known;
  c.last_read = {thread, entry};
  History& h = history_[channel];
  while (h.head < h.sent.size() && h.sent[h.head].end < c.consumed) ++h.head;
  return known;
}

CausePoint Channels::sender_of(std::uint32_t channel, std::int64_t cursor) const {
  const History& h = history_[channel];
  for (std::size_t i = h.head; i < h.sent.size(); ++i)
    if (h.sent[i].end >= cursor) return h.sent[i].by;
  return {};
}

std::int64_t Channels::first_write_after(std::uint32_t channel, Ns time) const {
  const History& h = history_[channel];
  for (std::size_t i = h.head; i < h.sent.size(); ++i)
    if (h.sent[i].by.time > time) return h.sent[i].end;
  return 0;
}

std::string Channels::end_name(ObjectId object) const {
  const Object& o = tables_.object(object);
  const std::string& address = tables_.string(o.local_address);
  if (!address.empty()) return address;
  const std::string& path = tables_.string(o.path);
  return path.empty() ? "[" + std::to_string(o.inode) + "]" : path;
}

std::string Channels::label(const Channel& channel) const {
  if (channel.transport == Transport::pipe) {
    const Object& o = tables_.object(channel.source);
    const std::string& path = tables_.string(o.path);
    return path.empty() || path.starts_with("pipe:") ? "pipe:[" + std::to_string(o.inode) + "]" : "fifo " + path;
  }
  return std::string(transport_name(channel.transport)) + " " + end_name(channel.source) + " -> " +
         end_name(channel.destination);
}

std::string Channels::label(const Link& link) const {
  return std::string(transport_name(link.transport)) + " " + end_name(link.client) + " -> " + end_name(link.server);
}

std::int64_t Channels::capacity(const Channel& c) const {
  if (c.transport == Transport::datagram) return kUnlimited;
  std::int64_t limit = c.kernel_capacity;
  const Object& from = tables_.object(c.source);
  const Object& to = tables_.object(c.destination);
  const auto known = [](std::uint64_t bytes, std::int64_t fallback) {
    return bytes > 0 && bytes < (1ULL << 40) ? static_cast<std::int64_t>(bytes) : fallback;
  };
  switch (c.transport) {
    case Transport::pipe:
      limit = limit > 0 ? limit : kPipeCapacity;
      break;
    case Transport::unixSocket:
      limit = known(from.send_buffer_bytes, kUnixSendBuffer);
      break;  // the sender is charged
    default:
      limit = known(from.send_buffer_bytes, kTcpSendBuffer) + known(to.receive_buffer_bytes, kTcpReceiveBuffer) / 2;
  }
  return std::max(limit, c.largest_occupancy);
}

}  // namespace simrec::replay::causal
