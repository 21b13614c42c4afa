// Congestion windows and send buffers, against what Linux was seen to do.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "replayer/simulate/simulate.h"
#include "replayer/simulate/tcp_window.h"

namespace simrec::replay::test {
namespace {

TEST(TcpWindow, DecaysAfterIdleTime) {
  constexpr std::int64_t kInitial = 10 * kSegmentPayload;
  TcpWindow window({0.1, 0});
  std::int64_t position = 0;
  double now = 0;
  for (int round = 0; round < 4; ++round) {
    position = window.limit(now);
    window.sent(now, position);
    now += 0.1;
    window.acknowledge_at(now, position);
  }
  EXPECT_EQ(window.limit(now) - position, 16 * kInitial);
  EXPECT_EQ(window.limit(now + 0.15) - position, 16 * kInitial);  // last sent 0.25 s ago: within RTO = 0.3 s
  EXPECT_EQ(window.limit(now + 0.45) - position, 8 * kInitial);
  EXPECT_EQ(window.limit(now + 60) - position, kInitial);
}

TEST(TcpWindow, GrowsOnlyWhileItIsTheLimit) {
  TcpWindow window({0.1, 0});
  window.sent(0, 1000);
  window.acknowledge_at(0.1, 1000);
  EXPECT_EQ(window.limit(0.1), 1000 + 10 * kSegmentPayload);
}

// 2 windows of 14480 bytes per round trip, in 1/1024 s; and 64 KiB halved for every 512 us of the round trip.
TEST(TcpWindow, BurstsFollowTheRateOfTheConnection) {
  EXPECT_EQ(TcpWindow({0.04, 0}).burst(), 2 * kSegmentPayload);
  EXPECT_EQ(TcpWindow({0.004, 0}).burst(), 5 * kSegmentPayload);  // 7070 + 512 bytes
  EXPECT_EQ(TcpWindow({0.0004, 0}).burst(), 45 * kSegmentPayload);
  EXPECT_EQ(TcpWindow({0, 0}).burst(), 45 * kSegmentPayload);
}

/// Window in segments, when slow start has ended, of a sender that always has more to send, over an otherwise idle
/// link.
std::int64_t segments_after_slow_start(const TcpPath& path, const TcpSender& sender) {
  TcpWindow window(path, sender);
  std::int64_t position = 0;
  double now = 0;
  for (std::int64_t before = 0, size = 0; now < 20 * path.round_trip_s;) {
    const std::int64_t room = window.limit(now) - position;
    size = room + window.in_flight();
    if (size > before && before > 0 && size - before < kSegmentPayload) return before / kSegmentPayload;
    before = size;
    const std::int64_t burst = std::min(room, window.burst()) / kSegmentPayload * kSegmentPayload;
    if (burst == 0) {
      now = window.next_acknowledgement();
      continue;
    }
    position += burst;
    window.sent(now, position);
    now += static_cast<double>(burst / kSegmentPayload * kFrame) * path.s_per_byte;
    window.acknowledge_at(now + path.round_trip_s, position);
  }
  return (window.limit(now) - position + window.in_flight()) / kSegmentPayload;
}

// As ss shows Linux 6.18 with cubic on such links: 74 segments over 60 Mbit/s and 12 ms (60 fit on the link), 248 over
// 100 Mbit/s and 20 ms (172), 131 over 450 Mbit/s and 2 ms (77), 518 over 1 Gbit/s and 4 ms (345).
TEST(TcpWindow, HyStartEndsSlowStartWhenTheLinkIsBusyForHalfARoundTrip) {
  const auto window = [](double mbit, double round_trip_s, const TcpSender& sender = {}) {
    return static_cast<double>(segments_after_slow_start({round_trip_s, 8e-6 / mbit}, sender));
  };
  EXPECT_NEAR(window(60, 0.012), 74, 5);
  EXPECT_NEAR(window(100, 0.020), 248, 25);
  EXPECT_NEAR(window(450, 0.002), 131, 60);  // bursts of up to 45 segments are coarse there
  EXPECT_NEAR(window(1000, 0.004), 518, 50);
  // More than 2 ms between acknowledgements: no train. Twice what is on the way is the limit (35 fit).
  EXPECT_NEAR(window(10, 0.040), 70, 10);
  const TcpSender reno{.hystart = false};
  EXPECT_GT(window(100, 0.020, reno), 300);
}

// 46080 bytes for a window of ten segments, in pieces as large as the network card takes; the last may be begun while
// there is room. As ss shows it, but for the one with 45 segments.
TEST(TcpWindow, SendBuffersTakeWholePieces) {
  const auto segments = [](const TcpSender& sender) { return TcpWindow({0.04, 0}, sender).buffer_end(0) / 1448; };
  EXPECT_EQ(segments({.gso_segments = 1}), 21);
  EXPECT_EQ(segments({.gso_segments = 4}), 28);
  EXPECT_EQ(segments({}), 45);
  EXPECT_EQ(segments({.buffer_windows = 3, .gso_segments = 1}), 31);
}

TEST(TcpSender, IsTheRecordingHostsUnlessThePlatformSaysOtherwise) {
  const auto sender = [](const std::string& recorded, const char* control, const char* segments = nullptr) {
    return tcp_sender(recorded, "h", [&](const char* name) {
      return std::string(name) == "tcp_congestion_control" ? control
             : std::string(name) == "gso_max_segs"         ? segments
                                                           : nullptr;
    });
  };
  EXPECT_TRUE(sender("", nullptr).hystart);
  EXPECT_TRUE(sender("", nullptr).idle_restart);
  EXPECT_FALSE(sender("bbr", nullptr).idle_restart);
  EXPECT_TRUE(sender("bbr", "cubic").idle_restart);
  EXPECT_EQ(sender("cubic", "bbr").buffer_windows, 3);
  EXPECT_FALSE(sender("htcp", nullptr).hystart);  // as reno
  EXPECT_FALSE(sender("new", "new").hystart);     // of `simtrace platform`
  EXPECT_FALSE(sender("bbr", "dctcp").hystart);
  EXPECT_EQ(sender("", nullptr, "4").gso_segments, 4);
  EXPECT_EQ(sender("", nullptr, "65535").gso_segments, 45);
  EXPECT_THROW(sender("bbr", "cubik"), ReplayError);
  for (const char* wrong : {"", "0", "-1", "4x"}) EXPECT_THROW(sender("", nullptr, wrong), ReplayError) << wrong;
}

}  // namespace
}  // namespace simrec::replay::test
