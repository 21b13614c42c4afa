// What the kernel tells about a socket, and socket addresses as text.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "trace-format/model.h"

namespace simrec::record {

/// "127.0.0.1:6379", "[::1]:80", "unix:/run/x", "unix:@abstract"; "" for unnamed and unknown ones.
std::string address_text(const sockaddr_storage& address, socklen_t length);

/// A socket as seen through a descriptor of our own.
struct SocketInfo {
  ObjectKind kind = ObjectKind::socketOther;
  std::string local_address;
  std::string peer_address;
  std::uint64_t cookie = 0;
  std::uint64_t network_namespace = 0;
  std::uint64_t send_buffer_bytes = 0;
  std::uint64_t receive_buffer_bytes = 0;
  bool nonblocking = false;
};

/// Kind of a socket by what socket(2) was told.
ObjectKind socket_kind(int domain, int type);

/// Asks the kernel about our descriptor `fd`; what it does not tell stays empty.
SocketInfo socket_info(int fd);

/// Inode of the peer of a connected Unix socket, by sock_diag(7); 0 when unknown. Works for sockets of our own
/// network namespace.
std::uint64_t unix_peer_inode(std::uint64_t inode);

}  // namespace simrec::record
