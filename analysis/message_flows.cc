#include "analysis/message_flows.h"

#include <sys/syscall.h>

#include <algorithm>

namespace simrec::analysis {
namespace {

/// Calls waiting for their partner per stream: enough for any real buffer, small enough for a deaf peer.
constexpr std::size_t kMaxUnmatched = 65536;

enum class Direction : unsigned char { none, send, receive };

Direction direction_of(const Event& event) {
  switch (event.kind) {
    case SYS_write:
    case SYS_writev:
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
    case SYS_sendfile:
      return Direction::send;
    case SYS_read:
    case SYS_readv:
    case SYS_recvfrom:
    case SYS_recvmsg:
      return Direction::receive;
    default:
      return Direction::none;
  }
}

}  // namespace

MessageFlows::MessageFlows(const Tables& tables) : tables_(tables) {
  for (const Object& object : tables.objects()) {
    if (object.kind != ObjectKind::tcp || object.peer_address.value == 0) continue;
    by_addresses_[{object.local_address.value, object.peer_address.value}] = object.id.value;
  }
}

std::optional<std::uint32_t> MessageFlows::stream_of(ObjectId id, bool sending) const {
  const Object& object = tables_.object(id);
  switch (object.kind) {
    case ObjectKind::pipe:
      return id.value;
    case ObjectKind::unixStream:
      if (object.peer.value == 0) return std::nullopt;
      return sending ? id.value : object.peer.value;
    case ObjectKind::tcp: {
      if (sending) return id.value;
      const auto peer = by_addresses_.find({object.peer_address.value, object.local_address.value});
      return peer == by_addresses_.end() ? std::nullopt : std::optional(peer->second);
    }
    default:
      return std::nullopt;
  }
}

void MessageFlows::note(const Event& event, ThreadKey thread, ObjectId object, std::uint64_t bytes,
                        TimelineSink& sink) {
  const Direction direction = direction_of(event);
  if (direction == Direction::none || bytes == 0) return;
  const bool sending = direction == Direction::send;
  const auto key = stream_of(object, sending);
  if (!key) return;
  Stream& stream = streams_[*key];
  if (stream.abandoned) return;
  std::uint64_t& cursor = sending ? stream.sent : stream.received;
  cursor += bytes;
  // Inside the slice of the call: at its start for the sender, just before its end for the receiver.
  const Ns time_ns = sending ? event.entry_ns : std::max(event.entry_ns, event.exit_ns - 1);
  (sending ? stream.sends : stream.receives).push_back({cursor, thread, time_ns});
  match(*key, stream, sink);
  if (std::max(stream.sends.size(), stream.receives.size()) > kMaxUnmatched)
    stream = {.sends = {}, .receives = {}, .abandoned = true};
}

void MessageFlows::match(std::uint32_t key, Stream& stream, TimelineSink& sink) {
  while (!stream.receives.empty() && stream.sent >= stream.receives.front().upto) {
    const Point receive = stream.receives.front();
    stream.receives.pop_front();
    std::optional<Point> last;
    while (!stream.sends.empty() && stream.matched < receive.upto) {
      last = stream.sends.front();
      const std::uint64_t upto = std::min(last->upto, receive.upto);
      Traffic& traffic = traffic_[{key, last->thread.pid, receive.thread.pid}];
      traffic.bytes += upto - std::exchange(stream.matched, upto);
      if (last->upto > upto) break;
      ++traffic.messages;
      stream.sends.pop_front();
    }
    if (last && last->thread != receive.thread)
      sink.flow({"message", last->thread, last->time_ns, receive.thread, receive.time_ns});
  }
}

void MessageFlows::announce_streams(TimelineSink& sink) const {
  for (const auto& [key, traffic] : traffic_) {
    const auto& [stream, from_pid, to_pid] = key;
    sink.stream({object_name(tables_, ObjectId{stream}), from_pid, to_pid, traffic.messages, traffic.bytes});
  }
}

}  // namespace simrec::analysis
