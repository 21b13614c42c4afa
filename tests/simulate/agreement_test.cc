// The event engine against the all-SimGrid reference: the same program on the same platform takes the same time.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <iostream>

#include "replayer/program/print.h"
#include "tests/simulate/random_program.h"

namespace simrec::replay::test {
namespace {

constexpr double kTolerance = 1e-6;

/// Spreads the processes over the platform's hosts in a pattern that depends on the seed; the last ones stay home.
std::vector<PlaceRule> spread(const Program& program, const std::vector<std::string>& hosts, std::uint32_t seed) {
  std::vector<PlaceRule> rules;
  for (std::size_t p = 0; p < program.processes.size(); ++p)
    rules.push_back({program.processes[p].name, hosts[(p * (1 + seed % 3) + seed) % hosts.size()]});
  return rules;
}

void expect_close(Ns event, Ns reference, const std::string& what) {
  const double scale = std::max<double>(static_cast<double>(std::abs(reference)), 1e6);  // at least 1 ns of 1 ms
  EXPECT_LE(static_cast<double>(std::abs(event - reference)) / scale, kTolerance)
      << what << ": event " << event << " ns, reference " << reference << " ns";
}

/// Where the timelines part first, for whoever has to find out why.
std::string first_difference(const Program& program, const Outcome& event, const Outcome& reference) {
  std::string best = "timelines agree";
  Ns earliest = INT64_MAX;
  for (std::size_t t = 0; t < program.threads.size(); ++t) {
    Ns a = event.thread_start_ns[t], b = reference.thread_start_ns[t];
    const auto &left = event.timeline[t], &right = reference.timeline[t];
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
      const Ns from = a;
      a += left[i].duration_ns;
      b += right[i].duration_ns;
      if (left[i].state == right[i].state && std::abs(a - b) < 20) continue;
      if (from < earliest) {
        earliest = from;
        best = "thread " + std::to_string(t) + " interval " + std::to_string(i) + " from " + std::to_string(from) +
               " ns: event state " + std::to_string(static_cast<int>(left[i].state)) + " until " + std::to_string(a) +
               ", reference state " + std::to_string(static_cast<int>(right[i].state)) + " until " + std::to_string(b);
      }
      break;
    }
  }
  return best;
}

std::uint32_t seed_of(const std::string& name) {
  std::uint32_t sum = 0;
  for (const char c : name) sum = sum * 31 + static_cast<unsigned char>(c);
  return sum % 997;
}

struct Setting {
  const char* platform;
  std::vector<std::string> hosts;
};

class Agreement : public testing::TestWithParam<Setting> {};

INSTANTIATE_TEST_SUITE_P(Platforms, Agreement,
                         testing::Values(Setting{"two_hosts", {"a", "b"}}, Setting{"single_host", {"solo"}},
                                         Setting{"cluster", {"node-0", "node-1", "node-5"}},
                                         Setting{"fat_tree", {"node-0", "node-1", "node-9", "node-15"}},
                                         Setting{"dragonfly", {"node-0", "node-7", "node-21"}},
                                         Setting{"wan", {"paris", "lyon", "tokyo"}},
                                         Setting{"split_duplex", {"left", "right"}},
                                         Setting{"multi_core", {"quad", "fast", "slow"}},
                                         Setting{"disks", {"ssd", "hdd", "none"}}),
                         [](const auto& info) { return std::string(info.param.platform); });

TEST_P(Agreement, RandomPrograms) {
  // 9 platforms x 25 cases; SIMREC_CASES=1000 looks longer, SIMREC_PRINT_PROGRAM=1 shows a program that fails.
  const char* asked = std::getenv("SIMREC_CASES");
  const auto cases = static_cast<std::uint32_t>(asked ? std::atoi(asked) : 25);
  for (std::uint32_t i = 0; i < cases; ++i) {
    const std::uint32_t seed = i * 1009 + seed_of(GetParam().platform);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Program program = RandomProgram(seed).make();
    SimulateOptions options;
    options.timeline = true;
    options.placement = spread(program, GetParam().hosts, seed);
    const Outcome event = simulate(program, platform(GetParam().platform), options);
    options.engine = EngineKind::reference;
    const Outcome reference = simulate(program, platform(GetParam().platform), options);
    expect_close(event.predicted_ns, reference.predicted_ns, "predicted time");
    ASSERT_EQ(event.processes.size(), reference.processes.size());
    for (std::size_t p = 0; p < event.processes.size(); ++p) {
      const ProcessOutcome &a = event.processes[p], &b = reference.processes[p];
      const std::string name = "process " + std::to_string(p);
      expect_close(a.end_ns, b.end_ns, name + " end");
      expect_close(a.compute_ns, b.compute_ns, name + " compute");
      expect_close(a.ready_ns, b.ready_ns, name + " ready");
      expect_close(a.network_ns, b.network_ns, name + " network");
      expect_close(a.sync_ns, b.sync_ns, name + " sync");
      expect_close(a.sleep_ns, b.sleep_ns, name + " sleep");
      expect_close(a.disk_ns, b.disk_ns, name + " disk");
    }
    EXPECT_EQ(event.counts[2].value, reference.counts[2].value) << "network flows";
    if (HasFailure()) {
      ADD_FAILURE() << first_difference(program, event, reference);
      if (std::getenv("SIMREC_PRINT_PROGRAM")) print(program, std::cerr);
      return;
    }
  }
}

}  // namespace
}  // namespace simrec::replay::test
