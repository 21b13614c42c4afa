// Details of sockets: addresses, messages, passed descriptors.
#include <sys/socket.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "recorder/decoder.h"
#include "recorder/socket_info.h"

namespace simrec::record::decode_sockets {
namespace {

constexpr std::size_t kMaxControlBytes = 64 * 1024;

std::string address_at(const CallContext& c, std::uint64_t address, std::uint64_t length) {
  sockaddr_storage storage{};
  if (address == 0 || length == 0) return "";
  const std::size_t bytes = std::min<std::size_t>(length, sizeof storage);
  if (c.memory.read_some(address, &storage, bytes) != bytes) return "";
  return address_text(storage, static_cast<socklen_t>(bytes));
}

/// A datagram socket that was never bound gets its local address when it first sends.
void name_after_first_use(CallContext& c) {
  auto& unnamed = c.process.unnamed_sockets;
  if (unnamed.empty() || c.failed() || unnamed.erase(c.fd(0)) == 0) return;
  c.objects.refresh(c.process.owner(), c.fd(0));
}

bool being_set_up(std::int64_t result) { return result == -EINPROGRESS || result == -EINTR; }

/// Descriptors of the SCM_RIGHTS messages in a control buffer.
std::vector<int> passed_descriptors(std::vector<char>& control) {
  std::vector<int> fds;
  msghdr header{};
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
    if (message->cmsg_level != SOL_SOCKET || message->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t room =
        control.size() - static_cast<std::size_t>(reinterpret_cast<char*>(CMSG_DATA(message)) - control.data());
    const std::size_t bytes = std::min<std::size_t>(message->cmsg_len - CMSG_LEN(0), room);
    const std::size_t first = fds.size();
    fds.resize(first + bytes / sizeof(int));
    std::memcpy(fds.data() + first, CMSG_DATA(message), bytes / sizeof(int) * sizeof(int));
  }
  return fds;
}

bool sends(std::uint16_t number) { return number == SYS_sendto || number == SYS_sendmsg || number == SYS_sendmmsg; }

}  // namespace

void socketpair_exit(CallContext& c) {
  struct Ends {
    int a, b;
  };
  const auto ends = c.failed() ? std::nullopt : c.memory.read<Ends>(c.reg(3));
  if (!ends) return;
  const ObjectId a = c.objects.created(c.process.owner(), ends->a);
  const ObjectId b = c.objects.created(c.process.owner(), ends->b);
  c.objects.pair(a, b);
  c.add(ends->a);
  c.add(ends->b);
  c.add(a);
  c.add(b);
}

void address_exit(CallContext& c) {
  const bool has_address = c.call.number != SYS_listen;
  const std::string address = has_address ? address_at(c, c.reg(1), static_cast<std::uint32_t>(c.reg(2))) : "";
  const bool usable = !c.failed() || (c.call.number == SYS_connect && being_set_up(c.result));
  // The kernel does not tell the peer while the handshake is under way, but the program just did.
  c.add(usable ? c.objects.refresh(c.process.owner(), c.fd(0), c.call.number == SYS_connect ? address : "")
               : ObjectId{});
  c.add(c.sink.intern(address));
  if (usable) c.process.unnamed_sockets.erase(c.fd(0));
}

void datagram_exit(CallContext& c) {
  std::string address;
  if (sends(c.call.number)) {
    if (c.reg(4) != 0) {
      address = address_at(c, c.reg(4), static_cast<std::uint32_t>(c.reg(5)));
      name_after_first_use(c);
    }
  } else if (c.reg(4) != 0 && !c.failed()) {
    address = address_at(c, c.reg(4), c.memory.read<std::uint32_t>(c.reg(5)).value_or(0));
  }
  c.add(address.empty() ? StringId{} : c.sink.intern(address));
}

void message_exit(CallContext& c) {
  const bool read_it = sends(c.call.number) || !c.failed();
  const auto header = read_it ? c.memory.read<msghdr>(c.reg(1)) : std::nullopt;
  if (!header) {
    c.add(StringId{});
    return c.add(std::int64_t{0});
  }
  const std::string address = address_at(c, reinterpret_cast<std::uint64_t>(header->msg_name), header->msg_namelen);
  if (sends(c.call.number) && !address.empty()) name_after_first_use(c);
  c.add(address.empty() ? StringId{} : c.sink.intern(address));
  std::vector<int> fds;
  if (header->msg_controllen >= sizeof(cmsghdr) && header->msg_controllen <= kMaxControlBytes && !c.failed()) {
    auto control =
        c.memory.read_array<char>(reinterpret_cast<std::uint64_t>(header->msg_control), header->msg_controllen);
    fds = passed_descriptors(control);
  }
  c.add(static_cast<std::int64_t>(fds.size()));
  for (const int fd : fds) {
    c.add(fd);
    c.add(c.objects.existing(c.process.owner(), fd));
  }
}

void messages_exit(CallContext& c) {
  if (c.failed()) return;
  for (const mmsghdr& message : c.memory.read_array<mmsghdr>(c.reg(1), static_cast<std::size_t>(c.result)))
    c.add(static_cast<std::int64_t>(message.msg_len));
  if (sends(c.call.number)) name_after_first_use(c);
}

void option_entry(CallContext& c) {
  const auto bytes = static_cast<std::uint32_t>(c.reg(4));
  if (bytes >= sizeof(std::uint64_t)) return option_details(c, c.memory.read<std::uint64_t>(c.reg(3)).value_or(0));
  const bool holds_one = bytes >= sizeof(std::uint32_t);
  option_details(c, holds_one ? c.memory.read<std::uint32_t>(c.reg(3)).value_or(0) : 0);
}

void option_details(CallContext& c, std::uint64_t value) {
  const auto first = static_cast<std::int32_t>(value), second = static_cast<std::int32_t>(value >> 32);
  const bool is_linger =
      static_cast<int>(c.reg(1)) == SOL_SOCKET && static_cast<int>(c.reg(2)) == SO_LINGER;  // l_onoff, l_linger
  c.add(std::int64_t{is_linger && first != 0 ? second : first});
}

}  // namespace simrec::record::decode_sockets
