#include "tests/analysis/sample_prediction.h"

#include <algorithm>
#include <random>
#include <string>

namespace simrec::test {
namespace {

constexpr std::int64_t kClient = 100, kDatabase = 200, kHostile = 300;
constexpr Ns kClientWork = 100'000, kDatabaseWork = 300'000, kLatency = 2'000'000;

PredictionSummary summary_of(Ns predicted_ns) {
  PredictionSummary summary;
  summary.tool_version = "simreplay 0.1.0";
  summary.simgrid_version = "3.32";
  summary.trace_name = "trace.capnp";
  summary.trace_sha256 = std::string(64, 'a');
  summary.platform_name = "two-sites.xml";
  summary.platform_sha256 = std::string(64, 'b');
  summary.platform_file = "dir/two-sites.xml";
  summary.engine = "event";
  summary.predicted_ns = predicted_ns;
  summary.recorded_ns = predicted_ns / 8;
  summary.native_estimate_ns = predicted_ns / 9;
  summary.twin_ns = predicted_ns / 10;
  summary.closure_error = -0.1;
  summary.events = 12'345;
  summary.operations = 23'456;
  return summary;
}

ProcessResult process(std::int64_t pid, std::string name, std::string host, Ns end_ns, Ns compute_ns) {
  ProcessResult result;
  result.pid = pid;
  result.name = name;
  result.command_line = name + " --option 'a b'";
  result.host = std::move(host);
  result.end_ns = end_ns;
  result.compute_ns = compute_ns;
  result.waits.network_ns = end_ns - compute_ns;
  result.threads = 1;
  return result;
}

void add_round(Prediction& prediction, Ns start_ns) {
  auto& client = prediction.timelines[0].intervals;
  auto& database = prediction.timelines[1].intervals;
  client.push_back({TimelineState::compute, kClientWork, 0});
  client.push_back({TimelineState::network, 2 * kLatency + kDatabaseWork, kDatabase + 1});
  database.push_back({TimelineState::network, kLatency + kClientWork + (start_ns > 0 ? kLatency : 0), kClient + 1});
  database.push_back({TimelineState::compute, kDatabaseWork, 0});
  auto& steps = prediction.path->steps;
  steps.push_back({start_ns, kClientWork, PathKind::compute, kClient, kClient, 0, 0});
  steps.push_back({start_ns + kClientWork, kLatency, PathKind::latency, kClient, kClient, 1, 0});
  const Ns arrived = start_ns + kClientWork + kLatency;
  steps.push_back({arrived, kDatabaseWork, PathKind::compute, kDatabase, kDatabase, 0, 0});
  steps.push_back({arrived + kDatabaseWork, kLatency, PathKind::latency, kDatabase, kDatabase, 2, kLatency});
}

void add_network(Prediction& prediction, int rounds) {
  const auto n = static_cast<std::uint64_t>(rounds);
  const std::string there = "tcp 10.0.0.1:4242 -> 10.0.0.2:6379", back = "tcp 10.0.0.2:6379 -> 10.0.0.1:4242";
  prediction.path->names = {"", there, back, "redis-server[200] thread 202"};
  prediction.path->steps.push_back({rounds * kRoundNs, 0, PathKind::lock, kDatabase, kDatabase + 1, 3, 7 * kLatency});
  prediction.connections = {
      {there, kClient, kDatabase, "client", "server", n, 50 * n, rounds * kLatency, rounds * kLatency},
      {back, kDatabase, kClient, "server", "client", n, 4000 * n, rounds * kLatency, rounds * kLatency}};
  prediction.links = {{"wan_UP", 12.5e6, 0.002, 120 * n, rounds * 10'000, std::vector<std::uint64_t>(100, n)},
                      {"wan_DOWN", 12.5e6, 0.002, 4200 * n, rounds * 340'000, std::vector<std::uint64_t>(100, 42 * n)}};
}

void add_judgement(PredictionSummary& summary) {
  summary.trust = "medium";
  summary.trust_reasons = {"8 % of the time waits for something outside the trace, as long as recorded"};
  summary.validity = {{"waits for locks, queues and threads in the recorded order", 445, 0.003},
                      {"failed connects", 4, -1}};
  summary.counts = {{"expired timeouts", 3}};
  summary.warnings = {"the machine was busy while recording"};
  summary.options = {"--place=redis-server*=server", "--host-speed=1Gf"};
  summary.interval_low_ns = summary.predicted_ns * 9 / 10;
  summary.interval_high_ns = summary.predicted_ns * 12 / 10;
  summary.uncertainties = {{"closure error", 0.08}, {"network model", 0.05}};
}

}  // namespace

Prediction two_site_prediction(int rounds) {
  const Ns end = rounds * kRoundNs;
  Prediction prediction;
  prediction.summary = summary_of(end);
  add_judgement(prediction.summary);
  prediction.summary.processes = {process(kClient, "redis-benchmark", "client", end, rounds * kClientWork),
                                  process(kDatabase, "redis-server", "server", end, rounds * kDatabaseWork),
                                  process(kHostile, kHostileName, "client", end / 2, end / 4)};
  prediction.summary.processes[1].threads = 3;
  prediction.summary.hosts = {
      {"client", 4, 1e9, end / 4 + rounds * kClientWork, std::vector<std::uint64_t>(100, 10'000)},
      {"server", 8, 2e9, rounds * kDatabaseWork, std::vector<std::uint64_t>(100, 20'000)},
      {"idle", 2, 1e9, 0, {}}};
  prediction.timelines = {{kClient, kClient, 0, {}}, {kDatabase, kDatabase, 0, {}}};
  prediction.path.emplace();
  for (int i = 0; i < rounds; ++i) add_round(prediction, i * kRoundNs);
  prediction.timelines.push_back({kDatabase, kDatabase + 1, 1'000'000, {{TimelineState::sync, end - 1'000'000, 0}}});
  prediction.timelines.push_back({kDatabase, kDatabase + 2, 1'000'000, {{TimelineState::sleep, end / 3, 0}}});
  prediction.timelines.push_back(
      {kHostile, kHostile, 0, {{TimelineState::compute, end / 4, 0}, {TimelineState::disk, end / 4, 0}}});
  prediction.timelines.push_back({kDatabase, kDatabase, 0, {}});  // as event loops have them
  add_network(prediction, rounds);
  return prediction;
}

Prediction bare_prediction() {
  Prediction prediction;
  prediction.summary = summary_of(1'500'000'000);
  prediction.summary.twin_ns = 0;
  return prediction;
}

Prediction large_prediction(std::uint64_t intervals, std::uint32_t threads) {
  std::mt19937 random(1);  // its numbers are the same everywhere; those of distributions are not
  Prediction prediction;
  prediction.path.emplace();
  prediction.path->names = {"", "tcp 10.0.0.1:4242 -> 10.0.0.2:6379"};
  Ns end = 0;
  for (std::uint32_t t = 0; t < threads; ++t) {
    ThreadTimeline& thread = prediction.timelines.emplace_back();
    thread.pid = 1000 + t / 4 * 4;
    thread.tid = 1000 + t;
    Ns at = 0;
    for (std::uint64_t i = 0; i < intervals / threads; ++i) {
      const Ns duration = static_cast<Ns>(1000 + random() % 1'000'000);
      const auto state = i % 2 == 0 ? TimelineState::compute : static_cast<TimelineState>(1 + random() % 6);
      const bool has_cause = state != TimelineState::compute && random() % 4 == 0;
      thread.intervals.push_back({state, duration, has_cause ? 1001 + random() % threads : 0});
      at += duration;
    }
    end = std::max(end, at);
  }
  prediction.summary = summary_of(end);
  add_judgement(prediction.summary);
  for (std::uint32_t t = 0; t < threads; t += 4) {
    ProcessResult worker =
        process(1000 + t, "worker-" + std::to_string(t / 4), t % 8 == 0 ? "client" : "server", end, end / 2);
    worker.threads = std::min<std::uint32_t>(4, threads - t);
    prediction.summary.processes.push_back(std::move(worker));
  }
  prediction.summary.hosts = {{"client", 16, 1e9, end * 4, {}}, {"server", 16, 1e9, end * 4, {}}};
  Ns at = 0;
  for (std::uint64_t left = std::max<std::uint64_t>(1, intervals / 4); left > 0; --left) {
    const Ns duration =
        left == 1
            ? end - at
            : std::min<Ns>(end - at, static_cast<Ns>(random()) % (2 * end / static_cast<Ns>(intervals / 4 + 1) + 1));
    const std::int64_t tid = 1000 + random() % threads;
    prediction.path->steps.push_back({at, duration, static_cast<PathKind>(random() % kPathKinds),
                                      1000 + (tid - 1000) / 4 * 4, tid, static_cast<std::uint32_t>(random() % 2), 0});
    at += duration;
  }
  return prediction;
}

}  // namespace simrec::test
