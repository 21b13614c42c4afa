#include "recorder/socket_info.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <array>
#include <cstddef>
#include <cstring>

#include "recorder/file_descriptor.h"

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

namespace simrec::record {
namespace {

template <class T>
T option(int fd, int name, T fallback = {}) {
  T value{};
  socklen_t length = sizeof value;
  return getsockopt(fd, SOL_SOCKET, name, &value, &length) == 0 ? value : fallback;
}

std::string unix_text(const sockaddr_un& address, socklen_t length) {
  const std::size_t path_bytes =
      length > offsetof(sockaddr_un, sun_path) ? length - offsetof(sockaddr_un, sun_path) : 0;
  if (path_bytes == 0) return "";
  if (address.sun_path[0] == '\0') return "unix:@" + std::string(address.sun_path + 1, path_bytes - 1);
  return "unix:" + std::string(address.sun_path, strnlen(address.sun_path, path_bytes));
}

using NameFunction = int (*)(int, sockaddr*, socklen_t*);
std::string name_of(int fd, NameFunction ask) {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (ask(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return "";
  return address_text(address, length);
}

struct UnixDiagRequest {
  nlmsghdr header;
  unix_diag_req body;
};

std::uint64_t peer_attribute(const char* reply, std::size_t bytes) {
  const auto* header = reinterpret_cast<const nlmsghdr*>(reply);
  if (!NLMSG_OK(header, bytes) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
  const auto* message = static_cast<const unix_diag_msg*>(NLMSG_DATA(header));
  auto left = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
  const auto* first = reinterpret_cast<const rtattr*>(message + 1);
  for (const rtattr* attribute = first; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type != UNIX_DIAG_PEER) continue;
    std::uint32_t inode = 0;
    std::memcpy(&inode, RTA_DATA(attribute), sizeof inode);
    return inode;
  }
  return 0;
}

}  // namespace

ObjectKind socket_kind(int domain, int type) {
  if (domain == AF_INET || domain == AF_INET6) {
    if (type == SOCK_STREAM) return ObjectKind::tcp;
    if (type == SOCK_DGRAM) return ObjectKind::udp;
  } else if (domain == AF_UNIX) {
    if (type == SOCK_STREAM) return ObjectKind::unixStream;
    if (type == SOCK_DGRAM) return ObjectKind::unixDatagram;
    if (type == SOCK_SEQPACKET) return ObjectKind::unixSeqpacket;
  }
  return ObjectKind::socketOther;
}

std::string address_text(const sockaddr_storage& address, socklen_t length) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET && length >= sizeof(sockaddr_in)) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return std::string(text.data()) + ':' + std::to_string(ntohs(v4.sin_port));
  }
  if (address.ss_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    // A v4 peer of a dual-stack socket is the same end as the v4 socket sees it: write both alike.
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text.data(), text.size());
      return std::string(text.data()) + ':' + std::to_string(ntohs(v6.sin6_port));
    }
    inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    return '[' + std::string(text.data()) + "]:" + std::to_string(ntohs(v6.sin6_port));
  }
  if (address.ss_family == AF_UNIX) return unix_text(reinterpret_cast<const sockaddr_un&>(address), length);
  return "";
}

SocketInfo socket_info(int fd) {
  SocketInfo info;
  info.kind = socket_kind(option<int>(fd, SO_DOMAIN), option<int>(fd, SO_TYPE));
  info.local_address = name_of(fd, getsockname);
  info.peer_address = name_of(fd, getpeername);
  info.cookie = option<std::uint64_t>(fd, SO_COOKIE);
  info.network_namespace = option<std::uint64_t>(fd, SO_NETNS_COOKIE);
  info.send_buffer_bytes = static_cast<std::uint64_t>(option<int>(fd, SO_SNDBUF));
  info.receive_buffer_bytes = static_cast<std::uint64_t>(option<int>(fd, SO_RCVBUF));
  info.nonblocking = (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0;
  return info;
}

std::uint64_t unix_peer_inode(std::uint64_t inode) {
  const FileDescriptor netlink(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return 0;
  UnixDiagRequest request{};
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = AF_UNIX;
  request.body.udiag_states = ~0U;
  request.body.udiag_ino = static_cast<std::uint32_t>(inode);
  request.body.udiag_show = UDIAG_SHOW_PEER;
  request.body.udiag_cookie[0] = request.body.udiag_cookie[1] = ~0U;  // any
  if (send(netlink.get(), &request, sizeof request, 0) != sizeof request) return 0;
  alignas(nlmsghdr) std::array<char, 1024> reply;
  const ssize_t n = recv(netlink.get(), reply.data(), reply.size(), MSG_DONTWAIT);
  return n > 0 ? peer_attribute(reply.data(), static_cast<std::size_t>(n)) : 0;
}

}  // namespace simrec::record
