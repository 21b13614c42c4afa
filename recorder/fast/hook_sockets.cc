#include "recorder/fast/hook_sockets.h"

#include <fcntl.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstring>

#include "recorder/fast/hook_image.h"
#include "recorder/socket_info.h"

namespace simrec::record {
namespace {

std::string text_of(const HookAddress& address) {
  sockaddr_storage storage{};
  static_assert(sizeof address.words <= sizeof storage);
  std::memcpy(&storage, address.words, sizeof address.words);
  const auto length = std::min<std::uint64_t>(address.bytes, sizeof address.words);
  return length == 0 ? "" : address_text(storage, static_cast<socklen_t>(length));
}

SocketInfo info_of(const HookSocket& socket) {
  SocketInfo info;
  info.kind = socket_kind(static_cast<int>(static_cast<std::uint32_t>(socket.domain_and_type)),
                          static_cast<int>(socket.domain_and_type >> 32));
  info.local_address = text_of(socket.local);
  info.peer_address = text_of(socket.peer);
  info.cookie = socket.cookie;
  info.network_namespace = socket.network_namespace;
  info.send_buffer_bytes = static_cast<std::uint32_t>(socket.buffers);
  info.receive_buffer_bytes = socket.buffers >> 32;
  info.nonblocking = (socket.status_flags & O_NONBLOCK) != 0;
  return info;
}

bool connects(const FastRecord& record) { return record.number == SYS_connect; }

}  // namespace

void add_socket(CallContext& c, const FastRecord& record) {
  const auto named = words_as<HookAddress>(record.before);
  const std::string address = named ? text_of(*named) : "";
  const bool makes = hook_spec(record.number).kind != HOOK_NAME_SOCKET;
  const auto socket = words_as<HookSocket>(record.after);
  if (socket && socket->inode == 0) {
    c.sink.lose("descriptors that could not be looked at");
    c.add(ObjectId{});
  } else if (socket) {
    const SocketInfo info = info_of(*socket);
    c.add(makes ? c.objects.socket_made(socket->device, socket->inode, info)
                : c.objects.socket_named(c.process.owner(), c.fd(0), socket->device, socket->inode, info,
                                         connects(record) ? address : ""));
  } else {
    c.add(ObjectId{});
  }
  if (!makes) return c.add(c.sink.intern(address));
  if (record.number == SYS_socket && !c.failed()) c.process.unnamed_sockets.insert(static_cast<int>(c.result));
}

}  // namespace simrec::record
