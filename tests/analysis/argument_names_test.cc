#include "analysis/argument_names.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/socket.h>

#include <csignal>

namespace simrec::analysis {
namespace {

TEST(ArgumentNames, FlagsAreSplitIntoBits) {
  EXPECT_EQ(argument_name("openat", "flags", O_RDONLY), "O_RDONLY");
  EXPECT_EQ(argument_name("openat", "flags", O_RDWR | O_CREAT | O_TRUNC), "O_RDWR|O_CREAT|O_TRUNC");
  EXPECT_EQ(argument_name("openat", "flags", O_WRONLY | O_SYNC), "O_WRONLY|O_SYNC") << "O_SYNC includes O_DSYNC";
  EXPECT_EQ(argument_name("pipe2", "flags", O_CLOEXEC), "O_CLOEXEC") << "a pipe has no access mode";
  EXPECT_EQ(argument_name("socket", "type", SOCK_STREAM | SOCK_NONBLOCK), "SOCK_STREAM|SOCK_NONBLOCK");
  EXPECT_EQ(argument_name("futex", "op", FUTEX_WAKE | FUTEX_PRIVATE_FLAG), "FUTEX_WAKE|FUTEX_PRIVATE_FLAG");
  EXPECT_EQ(argument_name("sendto", "flags", 0), "");
}

TEST(ArgumentNames, UnknownBitsStayVisible) {
  EXPECT_EQ(argument_name("pipe2", "flags", O_CLOEXEC | 0x1), "O_CLOEXEC|0x1");
}

TEST(ArgumentNames, EnumerationsAndUnknowns) {
  EXPECT_EQ(argument_name("socket", "domain", AF_INET6), "AF_INET6");
  EXPECT_EQ(argument_name("socket", "domain", 9999), "");
  EXPECT_EQ(argument_name("read", "count", 1), "");
}

TEST(ArgumentNames, SignalsErrorsStatuses) {
  EXPECT_EQ(signal_name(SIGTERM), "SIGTERM");
  EXPECT_EQ(signal_name(34), "SIGRT_2");
  EXPECT_EQ(signal_name(0), "0");
  EXPECT_EQ(error_name(2), "ENOENT");
  EXPECT_EQ(error_name(512), "ERESTARTSYS");
  EXPECT_EQ(error_name(4000), "4000");
  EXPECT_EQ(wait_status(7 << 8), "exited 7");
  EXPECT_EQ(wait_status(SIGSEGV | 0x80), "killed by SIGSEGV (core dumped)");
  EXPECT_EQ(wait_status(0x7f | (SIGTSTP << 8)), "stopped by SIGTSTP");
  EXPECT_EQ(wait_status(0xffff), "continued");
}

}  // namespace
}  // namespace simrec::analysis
