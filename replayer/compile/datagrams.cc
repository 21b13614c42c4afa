#include "replayer/compile/datagrams.h"

#include <algorithm>

namespace simrec::replay::causal {
namespace {

/// A received message is looked for among so many sent before it; those passed over of its sender were lost.
constexpr std::size_t kWindow = 256;

std::string port_of(const std::string& address) {
  const auto colon = address.rfind(':');
  return colon == std::string::npos ? std::string() : address.substr(colon + 1);
}

}  // namespace

ObjectId Datagrams::find_receiver(ObjectKind kind, const std::string& address) {
  for (; bound_up_to_ < tables_.objects().size(); ++bound_up_to_) {
    const Object& o = tables_.objects()[bound_up_to_];
    if (o.kind != ObjectKind::udp && o.kind != ObjectKind::unixDatagram) continue;
    const std::string& local = tables_.string(o.local_address);
    if (local.empty()) continue;
    // "127.0.0.1:53" and, bound to all addresses, "0.0.0.0:53" or "[::]:53".
    bound_.try_emplace(local, o.id);
    if (o.kind == ObjectKind::udp) bound_.try_emplace("*:" + port_of(local), o.id);
  }
  if (auto it = bound_.find(address); it != bound_.end()) return it->second;
  if (kind != ObjectKind::udp) return {};
  for (const char* any : {"0.0.0.0:", "[::]:", "*:"})
    if (auto it = bound_.find(any + port_of(address)); it != bound_.end()) return it->second;
  return {};
}

bool Datagrams::is_from(ObjectId sender, const std::string& source) const {
  if (source.empty()) return true;
  const Object& o = tables_.object(sender);
  const std::string& local = tables_.string(o.local_address);
  return local.empty() || local == source || (o.kind == ObjectKind::udp && port_of(local) == port_of(source));
}

std::optional<Datagrams::Sent> Datagrams::send(ObjectId from, const std::string& destination, std::int64_t bytes,
                                               std::uint32_t thread, Ns entry) {
  const Object& o = tables_.object(from);
  const std::string& address = destination.empty() ? tables_.string(o.peer_address) : destination;
  ObjectId to = destination.empty() && o.peer.value ? o.peer : find_receiver(o.kind, address);
  if (!to.value) return std::nullopt;
  const std::uint64_t pair = (static_cast<std::uint64_t>(from.value) << 32) | to.value;
  auto [it, fresh] = channel_of_.try_emplace(pair, 0);
  if (fresh) {
    it->second = channels_.add(Transport::datagram, from, to);
    channels_[it->second].has_writer = channels_[it->second].has_reader = true;
  }
  const std::int64_t size = std::max<std::int64_t>(bytes, 1);  // empty messages must arrive too
  channels_.write_begins(it->second, size, thread, entry);
  const Sent sent{it->second, channels_[it->second].sent};
  inboxes_[to.value].messages.push_back({sent.channel, size, sent.end, from});
  return sent;
}

std::optional<Datagrams::Sent> Datagrams::receive(ObjectId to, const std::string& source, std::int64_t bytes,
                                                  std::uint32_t thread, Ns entry) {
  auto found = inboxes_.find(to.value);
  if (found == inboxes_.end()) return std::nullopt;
  Inbox& inbox = found->second;
  const std::size_t end = std::min(inbox.messages.size(), inbox.head + kWindow);
  for (std::size_t i = inbox.head; i < end; ++i) {
    const Message m = inbox.messages[i];
    if (m.bytes == 0 || m.bytes < bytes || !is_from(m.from, source)) continue;
    // Exact size first: a shorter read means truncation, which is rare.
    if (m.bytes != std::max<std::int64_t>(bytes, 1)) {
      const bool exact_later =
          std::any_of(inbox.messages.begin() + static_cast<std::ptrdiff_t>(i),
                      inbox.messages.begin() + static_cast<std::ptrdiff_t>(end),
                      [&](const Message& other) { return other.channel == m.channel && other.bytes == bytes; });
      if (exact_later) continue;
    }
    for (std::size_t k = inbox.head; k < i; ++k) {
      if (inbox.messages[k].channel != m.channel || inbox.messages[k].bytes == 0) continue;
      inbox.messages[k].bytes = 0;
      ++lost_;
    }
    inbox.messages[i].bytes = 0;
    while (inbox.head < inbox.messages.size() && inbox.messages[inbox.head].bytes == 0) ++inbox.head;
    if (inbox.head > 4096) {
      inbox.messages.erase(inbox.messages.begin(), inbox.messages.begin() + static_cast<std::ptrdiff_t>(inbox.head));
      inbox.head = 0;
    }
    Channel& c = channels_[m.channel];
    channels_.read_ends(m.channel, m.end - c.consumed, thread, entry);
    return Sent{m.channel, m.end};
  }
  return std::nullopt;
}

}  // namespace simrec::replay::causal
