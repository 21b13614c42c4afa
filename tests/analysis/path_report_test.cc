// The critical path in words: sums by kind and who, tables, JSON.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "replayer/cli/conclusion.h"
#include "replayer/cli/critical_path.h"
#include "replayer/cli/report_json.h"
#include "replayer/cli/report_text.h"
#include "trace-format/path_report.h"
#include "trace-format/path_shares.h"

namespace simrec::replay {
namespace {

constexpr Ns kMs = 1'000'000;

/// A client (two threads) and a server; the outcome's path takes 100 ms.
struct Example {
  Program program;
  Outcome outcome;
  Example() {
    program.processes.resize(2);
    program.processes[0].pid = 10;
    program.processes[0].name = "client";
    program.processes[1].pid = 20;
    program.processes[1].name = "server";
    program.threads.resize(3);
    program.threads[0].tid = 10;
    program.threads[1].tid = 11;
    program.threads[2].tid = 20;
    program.threads[2].process = 1;
    Stream stream;
    stream.label = "tcp c -> s";
    stream.reader_thread = 2;
    stream.connection_plus_one = 1;
    program.streams = {stream};
    program.connections = {{Transport::tcp, 0, 2, "tcp c -> s"}};
    program.sampled = {{0, "inflate", 2}, {0, "crc", 1}, {1, "elsewhere", 5}};
    outcome.predicted_ns = 100 * kMs;
    outcome.processes.resize(2);
    outcome.processes[0].host = "h1";
    outcome.processes[1].host = "h2";
    outcome.path_followed = true;
    outcome.path = {{10 * kMs, PathKind::compute, 0, 0, 0}, {5 * kMs, PathKind::connect, 0, 1, 0},
                    {30 * kMs, PathKind::latency, 0, 1, 0}, {40 * kMs, PathKind::bandwidth, 0, 1, 0},
                    {10 * kMs, PathKind::compute, 2, 0, 0}, {1 * kMs, PathKind::lock, 0, 2, 7 * kMs},
                    {4 * kMs, PathKind::compute, 0, 0, 0}};
    outcome.streams = {{3, 4000, 70 * kMs}};
    outcome.links = {{"backbone", 1e6, 1e-3, 50'000, 40 * kMs, {20'000, 30'000}}};
  }
  Prediction prediction() const {
    Prediction p;
    p.summary.predicted_ns = outcome.predicted_ns;
    p.summary.processes = {{.pid = 10, .name = "client"}, {.pid = 20, .name = "server"}};
    add_critical_path(p, program, outcome);
    return p;
  }
};

TEST(CriticalPath, HasTheTracesWords) {
  const Prediction p = Example().prediction();
  ASSERT_TRUE(p.path);
  ASSERT_EQ(p.path->steps.size(), 7U);
  Ns at = 0;
  for (const PathStep& step : p.path->steps) {
    EXPECT_EQ(step.start_ns, at);
    at += step.duration_ns;
  }
  EXPECT_EQ(at, p.summary.predicted_ns);
  EXPECT_EQ(p.path->names[0], "");
  EXPECT_EQ(p.path->names[p.path->steps[2].what], "tcp c -> s");
  EXPECT_EQ(p.path->names[p.path->steps[5].what], "client[10] thread 11") << "who held the lock";
  EXPECT_EQ(p.path->steps[4].pid, 20);
  ASSERT_EQ(p.connections.size(), 1U);
  EXPECT_EQ(p.connections[0].path_ns, 70 * kMs);
  EXPECT_EQ(p.connections[0].to_pid, 20);
  EXPECT_EQ(p.connections[0].to_host, "h2");
}

TEST(CriticalPath, SamplesDivideAThreadsComputingExactly) {
  const Prediction p = Example().prediction();
  ASSERT_EQ(p.path->functions.size(), 2U) << "the other thread is not on the path";
  Ns sum = 0;
  for (const PathFunction& function : p.path->functions) sum += function.path_ns;
  EXPECT_EQ(sum, 14 * kMs);
  const auto shares = function_shares(p);
  EXPECT_EQ(shares[0].function, "inflate");
  EXPECT_NEAR(static_cast<double>(shares[0].path_ns), 14e6 * 2 / 3, 1);
}

TEST(CriticalPath, SharesAddUpAndNameWhoIsBehindThem) {
  const Prediction p = Example().prediction();
  const std::vector<PathShare> shares = path_shares(p);
  Ns sum = 0;
  for (const PathShare& share : shares) sum += share.path_ns;
  EXPECT_EQ(sum, p.summary.predicted_ns);
  EXPECT_EQ(shares[0].kind, PathKind::bandwidth);
  EXPECT_EQ(shares[0].who, "client → server");
  EXPECT_EQ(shares[2].who, "client");
  EXPECT_EQ(shares[2].path_ns, 14 * kMs);
  EXPECT_EQ(shares.back().who, "client, held by client");
  EXPECT_EQ(shares.back().waited_ns, 7 * kMs);
}

TEST(CriticalPath, IsShownInTheSummary) {
  std::ostringstream out;
  print_summary(Example().prediction(), out, false);
  EXPECT_NE(out.str().find("  40.0 %  40.00 ms  bandwidth  client → server\n"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("1 wait for locks (7.000 ms)"), std::string::npos) << out.str();
}

TEST(CriticalPath, LocksNameTheirHolders) {
  const Prediction p = Example().prediction();
  const std::vector<LockShare> locks = lock_shares(p);
  ASSERT_EQ(locks.size(), 1U);
  EXPECT_EQ(locks[0].waiter, "client[10]");
  EXPECT_EQ(locks[0].holder, "client[10] thread 11");
  EXPECT_EQ(locks[0].waited_ns, 7 * kMs);
  std::ostringstream out;
  print_summary(p, out, false);
  EXPECT_NE(out.str().find("7.000 ms      1  client[10]  client[10] thread 11\n"), std::string::npos) << out.str();
}

TEST(CriticalPath, TablesOfConnectionsAndLinks) {
  std::ostringstream out;
  print_path(Example().prediction(), out, Paint(false), {.kinds = true, .functions = 5, .connections = 5, .links = 5});
  EXPECT_NE(out.str().find("tcp c -> s"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("50.0 %   60.0 %"), std::string::npos) << "used and busiest slice of the link\n"
                                                                  << out.str();
  EXPECT_NE(out.str().find("inflate"), std::string::npos);
}

TEST(CriticalPath, UseOverTimeIsDrawn) {
  Prediction p;
  p.summary.predicted_ns = 100 * kMs;
  std::vector<std::uint64_t> busy(100);
  for (std::size_t i = 0; i < 50; ++i) busy[i] = 2'000'000;  // both cores in the first half
  busy[99] = 1;
  p.summary.hosts = {{"h1", 2, 1e9, 100 * kMs, busy}};
  std::ostringstream out;
  print_path(p, out, Paint(false), {.hosts = 3});
  EXPECT_NE(out.str().find("50.0 %      2  h1    ████████████▄           ▁\n"), std::string::npos) << out.str();
}

TEST(CriticalPath, FewRowsLeaveTheRestInOneLine) {
  std::ostringstream out;
  print_path(Example().prediction(), out, Paint(false), {.shares = 2});
  EXPECT_NE(out.str().find("  30.0 %  30.00 ms             … and 4 more\n"), std::string::npos) << out.str();
}

TEST(CriticalPath, JsonSumsAreExact) {
  std::ostringstream out;
  print_json(Example().prediction(), out);
  const auto json = nlohmann::json::parse(out.str());
  Ns sum = 0;
  for (const auto& ns : json.at("critical_path").at("by_kind_ns")) sum += ns.get<Ns>();
  EXPECT_EQ(sum, 100 * kMs);
  EXPECT_EQ(json.at("critical_path").at("by_kind_ns").at("connect"), 5 * kMs);
  EXPECT_EQ(json.at("links")[0].at("bytes_over_time").size(), 2U);
  EXPECT_EQ(json.at("connections")[0].at("messages"), 3);
}

TEST(CriticalPath, TheMedianRecordingsOrNone) {
  const auto of = [](Ns extra) {
    Replayed recording{Example().prediction(), {}};
    recording.prediction.path->steps.back().duration_ns += extra;
    recording.prediction.summary.predicted_ns += extra;
    return recording;
  };
  const Prediction odd = conclude({of(9), of(5), of(7)});
  ASSERT_TRUE(odd.path);
  EXPECT_EQ(odd.path->steps.back().duration_ns, 4 * kMs + 7);
  EXPECT_TRUE(conclude({of(5), of(5)}).path);
  EXPECT_FALSE(conclude({of(5), of(7)}).path) << "half-way between two lies the path of neither";
}

TEST(CriticalPath, NoneIsNull) {
  Prediction prediction;
  std::ostringstream text, out;
  print_summary(prediction, text, false);
  print_json(prediction, out);
  EXPECT_EQ(text.str().find("critical path"), std::string::npos);
  EXPECT_TRUE(nlohmann::json::parse(out.str()).at("critical_path").is_null());
}

}  // namespace
}  // namespace simrec::replay
