// The event engine against the all-SimGrid reference: the same program on the same platform takes the same time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>
#include <tuple>

#include "replayer/program/print.h"
#include "tests/simulate/random_program.h"
#include "tests/simulate/random_traffic.h"

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

bool close(Ns event, Ns reference, Ns slack_ns = 0) {
  const double scale = std::max<double>(static_cast<double>(std::abs(reference)), 1e6);  // at least 1 ns of 1 ms
  return static_cast<double>(std::max<Ns>(std::abs(event - reference) - slack_ns, 0)) / scale <= kTolerance;
}

/// Without intervals too short to tell (an event loop looking around), neighbours of one state joined.
std::vector<Interval> plain(const std::vector<Interval>& intervals) {
  std::vector<Interval> result;
  for (const Interval& i : intervals) {
    if (!result.empty() && (i.duration_ns < 20 || result.back().state == i.state))
      result.back().duration_ns += i.duration_ns;
    else
      result.push_back(i);
  }
  return result;
}

/// Where the timelines part first, for whoever has to find out why.
std::string first_difference(const Program& program, const Outcome& event, const Outcome& reference) {
  std::string best = "timelines agree";
  Ns earliest = INT64_MAX;
  for (std::size_t t = 0; t < program.threads.size(); ++t) {
    Ns a = event.thread_start_ns[t], b = reference.thread_start_ns[t];
    const std::vector<Interval> left = plain(event.timeline[t]), right = plain(reference.timeline[t]);
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

/// An event loop looks around for kTurnDelay_s (1 ns) before a handler begins. The engines round that time, and charge
/// it to the wait before or behind it, in their own ways: it may show in what a wait is charged to, never in when
/// things end.
Ns turns_ns(const Program& program) {
  Ns turns = 0;
  for (const ProgramThread& thread : program.threads)
    turns += std::ranges::count_if(thread.ops, [](const Op& op) { return (op.flags & kTurn) != 0; });
  return 2 * turns;
}

/// By process: a number that those have in common whose threads are in pools together. Where two workers of a pool
/// become free in one instant it hangs on rounding who serves next, and what each of them is charged with.
std::vector<std::size_t> pools(const Program& program) {
  std::vector<std::size_t> pool(program.processes.size());
  for (std::size_t p = 0; p < pool.size(); ++p) pool[p] = p;
  for (const ProgramThread& thread : program.threads) {
    if (!thread.pool_plus_one) continue;
    const std::size_t from = pool[thread.process], to = pool[program.threads[thread.pool_plus_one - 1].process];
    std::ranges::replace(pool, from, to);
  }
  return pool;
}

/// Has the process's time been charged to it without any choice?
bool works_alone(const Program& program, std::size_t process) {
  return std::ranges::none_of(program.threads, [&](const ProgramThread& t) {
    return t.pool_plus_one && (t.process == process || program.threads[t.pool_plus_one - 1].process == process);
  });
}

/// What the outcomes differ in by more than the tolerance, one line each; "" = nothing.
std::string differences(const Program& program, const Outcome& event, const Outcome& reference) {
  std::ostringstream out;
  const auto compare = [&](const std::string& what, Ns a, Ns b, Ns slack_ns) {
    if (!close(a, b, slack_ns)) out << what << ": event " << a << " ns, reference " << b << " ns\n";
  };
  compare("predicted time", event.predicted_ns, reference.predicted_ns, 0);
  const Ns slack = turns_ns(program);
  const std::vector<std::size_t> pool = pools(program);
  std::map<std::size_t, std::pair<Ns, Ns>> pool_compute;
  for (std::size_t p = 0; p < event.processes.size(); ++p) {
    const ProcessOutcome &a = event.processes[p], &b = reference.processes.at(p);
    const std::string name = "process " + std::to_string(p);
    compare(name + " end", a.end_ns, b.end_ns, 0);
    pool_compute[pool[p]].first += a.compute_ns;
    pool_compute[pool[p]].second += b.compute_ns;
    if (!works_alone(program, p)) continue;
    compare(name + " compute", a.compute_ns, b.compute_ns, slack);
    compare(name + " ready", a.ready_ns, b.ready_ns, slack);
    compare(name + " network", a.network_ns, b.network_ns, slack);
    compare(name + " sync", a.sync_ns, b.sync_ns, slack);
    compare(name + " sleep", a.sleep_ns, b.sleep_ns, slack);
    compare(name + " disk", a.disk_ns, b.disk_ns, slack);
  }
  for (const auto& [number, compute] : pool_compute)
    compare("pool of process " + std::to_string(number) + " compute", compute.first, compute.second, slack);
  for (const std::size_t i : {2, 3})
    if (event.counts[i].value != reference.counts[i].value)
      out << event.counts[i].name << ": event " << event.counts[i].value << ", reference " << reference.counts[i].value
          << "\n";
  return out.str();
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

// 9 platforms x 6 shards x 40 = 2160 cases; each shard takes seconds, and they run side by side.
constexpr std::uint32_t kShards = 6;
constexpr std::uint32_t kCasesPerShard = 40;

class Agreement : public testing::TestWithParam<std::tuple<Setting, std::uint32_t>> {};

INSTANTIATE_TEST_SUITE_P(
    Platforms, Agreement,
    testing::Combine(testing::Values(Setting{"two_hosts", {"a", "b"}}, Setting{"single_host", {"solo"}},
                                     Setting{"cluster", {"node-0", "node-1", "node-5"}},
                                     Setting{"fat_tree", {"node-0", "node-1", "node-9", "node-15"}},
                                     Setting{"dragonfly", {"node-0", "node-7", "node-21"}},
                                     Setting{"wan", {"paris", "lyon", "tokyo"}},
                                     Setting{"split_duplex", {"left", "right"}},
                                     Setting{"multi_core", {"quad", "fast", "slow"}},
                                     Setting{"disks", {"ssd", "hdd", "none"}}),
                     testing::Range(0U, kShards)),
    [](const auto& info) {
      return std::string(std::get<0>(info.param).platform) + "_" + std::to_string(std::get<1>(info.param));
    });

TEST_P(Agreement, RandomPrograms) {
  // SIMREC_CASES=1000 looks longer, SIMREC_SEED=N at one case of these, SIMREC_PRINT_PROGRAM=1 shows a program that
  // fails.
  const auto& [setting, shard] = GetParam();
  const char* only = std::getenv("SIMREC_SEED");
  const char* asked = std::getenv("SIMREC_CASES");
  const auto cases = static_cast<std::uint32_t>(asked ? std::atoi(asked) : kCasesPerShard);
  for (std::uint32_t i = 0; i < cases; ++i) {
    const std::uint32_t seed = (i * kShards + shard) * 1009 + seed_of(setting.platform);
    if (only && seed != static_cast<std::uint32_t>(std::atoi(only))) continue;
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Program program = RandomProgram(seed).make();
    SimulateOptions options;
    options.timeline = true;
    options.placement = spread(program, setting.hosts, seed);
    const Outcome event = simulate(program, platform(setting.platform), options);
    options.engine = EngineKind::reference;
    const Outcome reference = simulate(program, platform(setting.platform), options);
    ASSERT_EQ(event.processes.size(), reference.processes.size());
    const std::string different = differences(program, event, reference);
    if (different.empty()) continue;
    ADD_FAILURE() << different << first_difference(program, event, reference);
    if (std::getenv("SIMREC_PRINT_PROGRAM")) print(program, std::cerr);
    return;
  }
}

// 7 platforms x 40 cases
class TrafficAgreement : public testing::TestWithParam<Setting> {};

INSTANTIATE_TEST_SUITE_P(
    Platforms, TrafficAgreement,
    testing::Values(Setting{"cluster", {"node-0", "node-1", "node-2", "node-3", "node-5", "node-8", "node-13"}},
                    Setting{"fat_tree", {"node-0", "node-1", "node-2", "node-3", "node-9", "node-12", "node-15"}},
                    Setting{"dragonfly", {"node-0", "node-1", "node-2", "node-3", "node-7", "node-21"}},
                    Setting{"wan", {"paris", "lyon", "tokyo"}}, Setting{"split_duplex", {"left", "right"}},
                    Setting{"mixed_links", {"a", "b", "c", "d"}}, Setting{"two_hosts", {"a", "b"}}),
    [](const auto& info) { return std::string(info.param.platform); });

TEST_P(TrafficAgreement, ManyFlowsShareLinks) {
  const Setting& setting = GetParam();
  for (std::uint32_t seed = 1; seed <= kCasesPerShard; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomTraffic traffic(seed * 1009 + seed_of(setting.platform), setting.hosts);
    const Program program = traffic.make();
    SimulateOptions options;
    options.timeline = true;
    options.placement = traffic.placement();
    const Outcome event = simulate(program, platform(setting.platform), options);
    options.engine = EngineKind::reference;
    const Outcome reference = simulate(program, platform(setting.platform), options);
    EXPECT_EQ(differences(program, event, reference), "") << first_difference(program, event, reference);
    // With options of the user's, SimGrid shares the links for the event engine, too
    options.engine = EngineKind::event;
    options.simgrid_config = {"network/optim:Full"};
    const Outcome by_simgrid = simulate(program, platform(setting.platform), options);
    EXPECT_EQ(differences(program, by_simgrid, reference), "") << first_difference(program, by_simgrid, reference);
  }
}

}  // namespace
}  // namespace simrec::replay::test
