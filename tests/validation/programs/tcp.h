// TCP sockets of the small client/server programs; any failure ends the program.
#pragma once
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

inline void check(bool good, const char* what) {
  if (good) return;
  std::perror(what);
  std::exit(1);
}

inline int listen_on(const char* port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
  check(bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 && listen(fd, 128) == 0, "bind");
  return fd;
}

inline int connect_to(const char* host, const char* port) {
  addrinfo hint{}, *found = nullptr;
  hint.ai_family = AF_INET;
  hint.ai_socktype = SOCK_STREAM;
  check(getaddrinfo(host, port, &hint, &found) == 0, "getaddrinfo");
  const int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  check(connect(fd, found->ai_addr, found->ai_addrlen) == 0, "connect");
  freeaddrinfo(found);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

/// False at the end of the stream.
inline bool read_all(int fd, void* to, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t n = read(fd, static_cast<char*>(to) + done, bytes - done);
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

inline void write_all(int fd, const void* from, std::size_t bytes) {
  for (std::size_t done = 0; done < bytes;) {
    const ssize_t n = write(fd, static_cast<const char*>(from) + done, bytes - done);
    check(n > 0, "write");
    done += static_cast<std::size_t>(n);
  }
}
