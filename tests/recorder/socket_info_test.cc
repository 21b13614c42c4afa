#include "recorder/socket_info.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

namespace simrec::record {
namespace {

template <class T>
std::string text(const T& address, std::size_t length = sizeof(T)) {
  sockaddr_storage storage{};
  std::memcpy(&storage, &address, sizeof address);
  return address_text(storage, static_cast<socklen_t>(length));
}

TEST(AddressText, WritesEveryFamily) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(6379);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(text(v4), "127.0.0.1:6379");
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(80);
  v6.sin6_addr = in6addr_loopback;
  EXPECT_EQ(text(v6), "[::1]:80");
  inet_pton(AF_INET6, "::ffff:10.0.0.1", &v6.sin6_addr);
  EXPECT_EQ(text(v6), "10.0.0.1:80");
  sockaddr_un un{};
  un.sun_family = AF_UNIX;
  EXPECT_EQ(text(un, offsetof(sockaddr_un, sun_path)), "");
  std::strcpy(un.sun_path, "/run/x");
  EXPECT_EQ(text(un), "unix:/run/x");
  std::memcpy(un.sun_path, "\0name", 5);
  EXPECT_EQ(text(un, offsetof(sockaddr_un, sun_path) + 5), "unix:@name");
}

TEST(UnixPeer, IsFoundByInode) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  struct stat a {
  }, b{};
  ASSERT_TRUE(fstat(ends[0], &a) == 0 && fstat(ends[1], &b) == 0);
  const std::uint64_t peer = unix_peer_inode(a.st_ino);
  if (peer == 0) GTEST_SKIP() << "this kernel has no unix_diag";
  EXPECT_EQ(peer, b.st_ino);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace simrec::record
