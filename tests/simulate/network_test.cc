// What crosses hosts, against times computed by hand: 100 MB/s and 10 ms each way.
#include <gtest/gtest.h>

#include "replayer/simulate/simulate.h"
#include "replayer/simulate/tcp_window.h"
#include "replayer/simulate/window_shares.h"
#include "tests/simulate/program_builder.h"

namespace simrec::replay::test {
namespace {

/// A send queue that was idle looks after two instants who came first.
constexpr Ns kQueueNs = 1;

class Network : public testing::TestWithParam<EngineKind> {
 protected:
  Outcome run(const ProgramBuilder& builder, const NetworkModel& model = {}) {
    SimulateOptions options;
    options.engine = GetParam();
    options.placement = {{"server", "b"}};
    options.model = model;
    return simulate(builder.program, platform("two_hosts"), options);
  }
  /// Without slow start: bandwidth and latency only.
  static NetworkModel wide_open() {
    NetworkModel model;
    model.slow_start = false;
    return model;
  }
};

INSTANTIATE_TEST_SUITE_P(Engines, Network, testing::Values(EngineKind::event, EngineKind::reference),
                         [](const auto& info) { return info.param == EngineKind::event ? "event" : "reference"; });

TEST_P(Network, OneByteRoundTripCostsTheRoundTripTime) {
  ProgramBuilder b;
  b.process("client", {send(0, 1), recv(1, 1)});
  b.process("server", {recv(0, 1), send(1, 1)});
  b.stream(0, 1);
  b.stream(1, 0);
  const Outcome o = run(b);
  EXPECT_EQ(o.predicted_ns, 20 * kMs + 2 * (670 + kQueueNs));  // twice 67 wire bytes
  EXPECT_EQ(o.processes[0].network_ns, 20 * kMs + 2 * (670 + kQueueNs));
}

TEST_P(Network, ALongTransferCostsItsWireBytesPlusOneLatency) {
  ProgramBuilder b;
  b.process("client", {send(0, 100'000'000)});
  b.process("server", {recv(0, 100'000'000)});
  b.stream(0, 1);
  // 1534 flows of 45 segments + one of 44'560 bytes in 31: 69'061 headers of 66 bytes
  const double wire = 100'000'000 + 69'061 * 66.0;
  EXPECT_NEAR(static_cast<double>(run(b, wide_open()).processes[1].end_ns), 10e6 + wire * 10, 2);
}

TEST_P(Network, LatencyIsPaidOnceForMessagesUnderWay) {
  ProgramBuilder b;
  std::vector<Op> sends, recvs;
  for (int i = 1; i <= 20; ++i) {
    sends.insert(sends.end(), {send(0, 1448), compute(100 * kUs)});
    recvs.push_back(recv(0, 1448 * i));
  }
  b.process("client", sends);
  b.process("server", recvs);
  b.stream(0, 1);
  // the last one leaves at 19 * 0.1 ms
  EXPECT_EQ(run(b, wide_open()).processes[1].end_ns, 11'900'000 + 15'140 + kQueueNs);
}

TEST_P(Network, ASmallSegmentWaitsUntilTheOneBeforeIsAcknowledged) {
  // A request in two pieces, and its answer.
  const auto predicted = [this](std::int64_t second, std::uint16_t flags, const NetworkModel& model) {
    ProgramBuilder b;
    b.process("client", {send(0, 1, flags), send(0, second, flags), recv(1, 1)});
    b.process("server", {recv(0, 1 + second), send(1, 1, flags)});
    b.stream(0, 1);
    b.stream(1, 0);
    return static_cast<double>(run(b, model).predicted_ns);
  };
  NetworkModel without;
  without.nagle = false;
  EXPECT_NEAR(predicted(1, 0, {}), 20e6 + 3 * 670, 10);
  EXPECT_NEAR(predicted(1, kNagle, {}), 40e6 + 3 * 670, 10);
  EXPECT_NEAR(predicted(1, kNagle, without), 20e6 + 3 * 670, 10);
  EXPECT_NEAR(predicted(1448, kNagle, {}), 20e6 + 2 * 670 + 15'140, 10);  // a full one does not wait
}

TEST_P(Network, SmallSegmentsOfOneInstantFillOne) {
  ProgramBuilder b;
  b.process("client", {send(0, 1, kNagle), compute(1 * kMs), send(0, 724, kNagle), send(0, 724, kNagle), recv(1, 1)});
  b.process("server", {recv(0, 1449), send(1, 1, kNagle)});
  b.stream(0, 1);
  b.stream(1, 0);
  EXPECT_NEAR(static_cast<double>(run(b).predicted_ns), 21e6 + 15'140 + 670, 10);
}

// Requests in one piece, answers in two: whoever has answered once acknowledges the first piece of a later answer not
// before its next request, or after 40 ms; and after that, the next one at once.
TEST_P(Network, WhoAnswersDelaysAcknowledgements) {
  const auto ends_at = [this](int requests, Ns thinks, const NetworkModel& model) {
    ProgramBuilder b;
    std::vector<Op> client, server;
    for (int i = 1; i <= requests; ++i) {
      client.insert(client.end(), {send(0, 1), recv(1, 2 * i), compute(thinks)});
      server.insert(server.end(), {recv(0, i), send(1, 1, kNagle), send(1, 1, kNagle)});
    }
    b.process("client", client);
    b.process("server", server);
    const std::uint32_t connection = b.connection(0, 1) + 1;
    b.stream(0, 1, kUnlimited, Transport::tcp, connection);
    b.stream(1, 0, kUnlimited, Transport::tcp, connection);
    return static_cast<double>(run(b, model).processes[0].end_ns) - static_cast<double>(requests * thinks);
  };
  NetworkModel without;
  without.delayed_acknowledgements = false;
  constexpr double kAtOnce = 40e6 + 3 * 670;  // there, the first piece back, its acknowledgement, the second piece
  EXPECT_NEAR(ends_at(1, 1 * kMs, {}), kAtOnce, 10);
  EXPECT_NEAR(ends_at(2, 1 * kMs, {}), 2 * kAtOnce + 40e6, 20);
  EXPECT_NEAR(ends_at(3, 1 * kMs, {}), 3 * kAtOnce + 80e6, 30);
  EXPECT_NEAR(ends_at(3, 1 * kMs, without), 3 * kAtOnce, 30);
  EXPECT_NEAR(ends_at(3, 50 * kMs, {}), 3 * kAtOnce, 30) << "who thinks longer than that does not count as answering";
}

// An acknowledgement that goes with a long answer is not there before that: until then nobody knows when.
TEST_P(Network, AnAcknowledgementMayBeUnderWayWithALongAnswer) {
  ProgramBuilder b;
  b.process("client", {send(0, 1, kNagle), recv(1, 1), send(0, 1, kNagle), compute(10 * kMs + 30 * kUs),
                       send(0, 1, kNagle), recv(1, 2'000'001)});
  b.process("server", {recv(0, 1), send(1, 1), recv(0, 2), send(1, 2'000'000), recv(0, 3)});
  const std::uint32_t connection = b.connection(0, 1) + 1;
  b.stream(0, 1, kUnlimited, Transport::tcp, connection);
  b.stream(1, 0, kUnlimited, Transport::tcp, connection);
  const Outcome outcome = run(b);
  EXPECT_GT(outcome.processes[1].end_ns, 30'000'000);
  EXPECT_LT(outcome.processes[1].end_ns, outcome.processes[0].end_ns);
}

TEST_P(Network, RecordedDelaysOfAcknowledgementsAreThoseOfOneHost) {
  const auto ends_at = [this](std::uint16_t flags, const NetworkModel& model, bool known = true) {
    ProgramBuilder b;
    Op held = sleep(40 * kMs, kWoke | kNagle);
    held.cause = Cause::network;
    b.process("client", {send(0, 1, flags)});
    b.process("server", {recv(0, 1), held});
    const std::uint32_t connection = known ? b.connection(0, 1) + 1 : 0;
    b.stream(0, 1, kUnlimited, Transport::tcp, connection);
    b.stream(1, 0, kUnlimited, Transport::tcp, connection);
    return static_cast<double>(run(b, model).processes[1].end_ns);
  };
  NetworkModel without;
  without.delayed_acknowledgements = false;
  EXPECT_NEAR(ends_at(kNagle, {}), 10e6 + 670, 10);
  EXPECT_NEAR(ends_at(kNagle, without), 50e6 + 670, 10);
  EXPECT_NEAR(ends_at(0, {}), 50e6 + 670, 10) << "with TCP_NODELAY it was something else that held it back";
  EXPECT_NEAR(ends_at(kNagle, {}, false), 50e6 + 670, 10) << "nobody is known to answer";
}

TEST_P(Network, WhatIsWrittenWhenADelayBeginsIsNotWhatWasDelayed) {
  ProgramBuilder b;
  Op held = sleep(40 * kMs, kWoke | kNagle);
  held.cause = Cause::network;
  b.process("client", {compute(1 * kMs), send(0, 1, kNagle)});
  b.process("server", {compute(1 * kMs), held, recv(0, 1)});
  const std::uint32_t connection = b.connection(0, 1) + 1;
  b.stream(0, 1, kUnlimited, Transport::tcp, connection);
  b.stream(1, 0, kUnlimited, Transport::tcp, connection);
  EXPECT_NEAR(static_cast<double>(run(b).processes[1].end_ns), 41e6, 10);
}

TEST_P(Network, TheEndOfAStreamLetsAllGo) {
  ProgramBuilder b;
  b.process("client", {send(0, 1, kNagle), send(0, 1, kNagle), finish(0)});
  b.process("server", {recv(0, 2), recv_end(0)});
  b.stream(0, 1);
  EXPECT_NEAR(static_cast<double>(run(b).processes[1].end_ns), 10e6 + 2 * 670, 10);
}

// close() with SO_LINGER returns as soon as the end has been acknowledged, whatever the reader does.
TEST_P(Network, ALingeringEndWaitsUntilItIsAcknowledged) {
  const auto ends_at = [this](const std::vector<Op>& client, const std::vector<Op>& server) {
    ProgramBuilder b;
    b.process("client", client);
    b.process("server", server);
    b.stream(0, 1);
    return static_cast<double>(run(b).processes[0].end_ns);
  };
  const std::vector<Op> busy{compute(500 * kMs), recv(0, 1), recv_end(0)};
  EXPECT_NEAR(ends_at({send(0, 1), finish(0)}, busy), 0, 10);
  EXPECT_NEAR(ends_at({send(0, 1), finish(0, kLingers)}, busy), 20e6 + 670, 10);
  EXPECT_NEAR(ends_at({send(0, 1), finish(0), compute(5 * kMs), finish(0, kLingers)}, busy), 20e6 + 670, 10);
  EXPECT_NEAR(ends_at({finish(0), compute(500 * kMs), finish(0, kLingers)}, {recv_end(0)}), 500e6, 10);
}

// Sixteen requests written one after the other arrive one after the other, not all at the end.
TEST_P(Network, ShortTransfersOfOneRouteLeaveInOrder) {
  ProgramBuilder b;
  std::vector<Op> sends;
  for (std::uint32_t s = 0; s < 4; ++s) sends.push_back(send(s, 1448));
  b.process("client", sends);
  for (std::uint32_t s = 0; s < 4; ++s) {
    b.process("server", {recv(s, 1448)});
    b.stream(0, s + 1);
  }
  const Outcome in_order = run(b);
  for (std::uint32_t s = 0; s < 4; ++s)
    EXPECT_EQ(in_order.processes[s + 1].end_ns, 10 * kMs + (s + 1) * 15'140 + kQueueNs) << s;
  NetworkModel fluid;
  fluid.send_queue = false;
  for (std::uint32_t s = 0; s < 4; ++s) EXPECT_EQ(run(b, fluid).processes[s + 1].end_ns, 10 * kMs + 4 * 15'140) << s;
}

// A long transfer shares the link with the short ones of others.
TEST_P(Network, ShortTransfersDoNotWaitForLongOnes) {
  ProgramBuilder b;
  b.process("client", {send(0, 10'000'000)});
  b.process("client", {compute(50 * kMs), send(1, 1448)});
  b.process("server", {recv(0, 10'000'000)});
  b.process("server", {recv(1, 1448)});
  b.stream(0, 2);
  b.stream(1, 3);
  EXPECT_NEAR(static_cast<double>(run(b, wide_open()).processes[3].end_ns), 60e6 + 2 * 15'140, 10);
}

TEST_P(Network, OneConnectionTakesOneShareHoweverManyMessages) {
  ProgramBuilder b;
  b.process("client", {send(0, 500'000), send(0, 500'000)});
  b.process("client", {send(1, 1'000'000)});
  b.process("server", {recv(0, 1'000'000)});
  b.process("server", {recv(1, 1'000'000)});
  b.stream(0, 2);
  b.stream(1, 3);
  NetworkModel model = wide_open();
  model.send_queue = false;
  const Outcome o = run(b, model);
  // 1 MB: 15 flows of 45 segments + 22'600 bytes in 16; cut in two writes: 2 * (7 * 45 + 31) segments
  const double one = 1'000'000 + 691 * 66.0, two = 1'000'000 + 692 * 66.0;
  EXPECT_NEAR(static_cast<double>(o.processes[3].end_ns), 10e6 + 2 * one * 10, 3'000);
  EXPECT_NEAR(static_cast<double>(o.processes[2].end_ns), 10e6 + (one + two) * 10, 3'000);
}

TEST_P(Network, BuffersLimitThroughputToCapacityPerRoundTrip) {
  ProgramBuilder b;
  b.process("client", {send(0, 2'000'000)});
  b.process("server", {recv(0, 2'000'000)});
  b.stream(0, 1, 200'000);
  const Outcome o = run(b, wide_open());
  // 200 kB per 20 ms and first flow's 0.68 ms; the tenth window ends 2.09 ms after its start, plus the way
  EXPECT_NEAR(static_cast<double>(o.processes[1].end_ns), 9 * 20.68e6 + 2.09e6 + 10e6, 0.2e6);
  NetworkModel unlimited = wide_open();
  unlimited.capacity_window = false;
  EXPECT_LT(run(b, unlimited).processes[1].end_ns, 32 * kMs);
}

// A writer waits for room while acknowledgements come that nobody else looks at.
TEST_P(Network, WritersWaitForRoomAlsoWithoutASendBufferOfTheWindow) {
  ProgramBuilder b;
  b.process("client", {send(0, 100'000), send(0, 1'900'000)});
  b.process("server", {recv(0, 2'000'000)});
  b.stream(0, 1, 200'000);
  NetworkModel model;
  model.send_buffer = false;
  const Ns end = run(b, model).processes[1].end_ns;
  EXPECT_GT(end, 9 * 20 * kMs);
  EXPECT_LT(end, 20 * 20 * kMs);
}

TEST_P(Network, SenderIsReleasedWhenTheReadersNoticeIsBack) {
  ProgramBuilder b;
  b.process("client", {send(0, 1448), send(0, 1448), compute(1 * kMs)});
  b.process("server", {compute(50 * kMs), recv(0, 1448), recv(0, 2896)});
  b.stream(0, 1, 2000);
  const Outcome o = run(b);
  EXPECT_EQ(o.processes[0].end_ns, 61 * kMs);  // read at 50 ms, known here at 60
}

TEST_P(Network, SlowStartDoublesPerRoundTrip) {
  ProgramBuilder b;
  b.process("client", {send(0, 40 * 1448)});
  b.process("server", {recv(0, 40 * 1448)});
  b.stream(0, 1);
  NetworkModel whole_windows;
  whole_windows.bursts = false;
  // 10 segments at 0 (0.1514 ms), 20 at 20.1514 (0.3028 ms), 10 when those are acknowledged, at 40.4542
  EXPECT_EQ(run(b, whole_windows).processes[1].end_ns, 40'454'200 + 151'400 + 10 * kMs + kQueueNs);
}

// The acknowledgement of a window's first burst lets the next window begin: doubling costs a round trip, not a round
// trip and the time that the whole window takes on the link.
TEST_P(Network, BurstsAreAcknowledgedEachOnItsOwn) {
  ProgramBuilder b;
  b.process("client", {send(0, 40 * 1448)});
  b.process("server", {recv(0, 40 * 1448)});
  b.stream(0, 1);
  // Bursts of two segments (0.03028 ms): five at 0; after 20.03028 ms two for each that is acknowledged, back to back:
  // ten until 20.333; the first of those is acknowledged at 40.06056, and the last five follow.
  EXPECT_NEAR(static_cast<double>(run(b).processes[1].end_ns), 40'060'560 + 5 * 30'280 + 10e6 + kQueueNs, 1);
}

// A frame of 67 bytes crosses 1 Gbit/s, 200 Mbit/s and 1 Gbit/s, and is stored in between.
TEST_P(Network, EveryLinkOfARouteTakesAFrameWhole) {
  ProgramBuilder b;
  b.process("client", {send(0, 1)});
  b.process("server", {recv(0, 1)});
  b.stream(0, 1);
  SimulateOptions options;
  options.engine = GetParam();
  options.placement = {{"client", "paris"}, {"server", "lyon"}};
  const auto arrives = [&] { return simulate(b.program, platform("wan"), options).processes[1].end_ns; };
  EXPECT_EQ(arrives(), 3'200'000 + 2'680 + 2 * 536 + kQueueNs);
  options.model.forwarding = false;
  EXPECT_EQ(arrives(), 3'200'000 + 2'680 + kQueueNs);
}

TEST_P(Network, DatagramsKnowNoWindow) {
  ProgramBuilder b;
  b.process("client", {send(0, 40 * 1448)});
  b.process("server", {recv(0, 40 * 1448)});
  b.stream(0, 1, kUnlimited, Transport::datagram);
  EXPECT_EQ(run(b).processes[1].end_ns, 10 * kMs + 40 * 15'140 + kQueueNs);
}

TEST(NetworkModel, AConnectionHasSharesAsItHasBytesUnderWay) {
  NetworkModel model;
  const auto shares = [&model](std::int64_t in_flight, bool only_shared_links = true) {
    TcpWindow window({0.01, 0});
    window.sent(0, in_flight);
    return window_shares(model, &window, only_shared_links);
  };
  EXPECT_EQ(shares(100), 1U);
  EXPECT_EQ(shares(14'480), 1U);
  EXPECT_EQ(shares(5 * 14'480), 5U);
  EXPECT_EQ(shares(1'000 * 14'480), kMostShares);
  EXPECT_EQ(shares(5 * 14'480, false), 1U);
  EXPECT_EQ(window_shares(model, nullptr, true), 1U);
  EXPECT_DOUBLE_EQ(bytes_per_share(model, 935, 2), 501);  // 1001 on the wire
  model.window_shares = false;
  EXPECT_EQ(shares(5 * 14'480), 1U);
}

// A connection whose window has grown fills the link while another one begins: the new one waits behind what is under
// way.
TEST_P(Network, WhoHasMoreUnderWayGetsMoreOfTheLink) {
  ProgramBuilder b;
  b.process("client", {send(0, 40'000'000)});
  b.process("client", {sleep(300 * kMs), send(1, 600'000)});
  b.process("server", {recv(0, 40'000'000)});
  b.process("server", {recv(1, 600'000)});
  b.stream(0, 2);
  b.stream(1, 3);
  NetworkModel even;
  even.window_shares = false;
  const Outcome as_windows = run(b), evenly = run(b, even);
  EXPECT_NEAR(static_cast<double>(as_windows.processes[2].end_ns), static_cast<double>(evenly.processes[2].end_ns),
              1e6);
  EXPECT_GT(as_windows.processes[3].end_ns, evenly.processes[3].end_ns + 5 * kMs);
}

// 640 kB, and the same again after three seconds: the window has decayed to ten segments, or has not.
TEST_P(Network, BbrKeepsItsWindowWhileIdle) {
  ProgramBuilder b;
  b.process("client", {send(0, 640'000), sleep(3'000 * kMs), send(0, 640'000)});
  b.process("server", {recv(0, 640'000), recv(0, 1'280'000)});
  b.stream(0, 1);
  const Ns cubic = run(b).processes[1].end_ns;
  NetworkModel kept;
  kept.idle_restart = kept.hystart = false;
  const Ns cubic_that_keeps = run(b, kept).processes[1].end_ns;
  b.program.tcp_congestion_control = "bbr";
  const Ns bbr = run(b).processes[1].end_ns;
  EXPECT_GT(cubic, bbr + 40 * kMs);
  EXPECT_NEAR(static_cast<double>(bbr), static_cast<double>(cubic_that_keeps), 20e6);  // it also grows to more
}

TEST(NetworkModel, NoSmallSegmentsWhileRoomGrows) {
  EXPECT_EQ(next_flow_payload(5000, 100, true, kFlowPayload), 0);
  EXPECT_EQ(next_flow_payload(5000, 100, false, kFlowPayload), 100);
  EXPECT_EQ(next_flow_payload(50, 100, true, kFlowPayload), 50);
  EXPECT_EQ(next_flow_payload(5000, 3000, true, kFlowPayload), 2896);
  EXPECT_EQ(next_flow_payload(1'000'000, kUnlimited, false, kFlowPayload), kFlowPayload);
  EXPECT_EQ(next_flow_payload(1'000'000, kUnlimited, false, 2896), 2896);
}

}  // namespace
}  // namespace simrec::replay::test
