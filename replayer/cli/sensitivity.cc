#include "replayer/cli/sensitivity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "replayer/cli/packet_work.h"

namespace simrec::replay {
namespace {

std::uint64_t value_of(const std::vector<NamedValue>& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &NamedValue::name);
  return found == values.end() ? 0 : found->value;
}

template <class F>
void for_each_op(Program& program, F&& f) {
  for (ProgramThread& thread : program.threads)
    for (std::size_t i = 0; i < thread.ops.size(); ++i) f(thread.ops[i], thread, i);
}

template <class F>
std::uint64_t count_ops(const Program& program, F&& counts) {
  std::uint64_t count = 0;
  for (const ProgramThread& thread : program.threads)
    count += static_cast<std::uint64_t>(std::ranges::count_if(thread.ops, counts));
  return count;
}

std::uint64_t ops_with(const Program& program, OpKind kind, std::uint16_t flag) {
  return count_ops(program, [&](const Op& op) { return op.kind == kind && (op.flags & flag); });
}

void drop_sleeps(Program& program, std::uint16_t flag) {
  for_each_op(program, [flag](Op& op, const ProgramThread&, std::size_t) {
    if ((op.kind == OpKind::sleep || op.kind == OpKind::expire) && (op.flags & flag)) op.value = 0;
  });
}

/// Waits that may have been chance, but are law so far.
bool is_bound(const Op& op) { return op.kind == OpKind::wait && op.value > 0 && (op.flags & kYields) == 0; }

void whoever_comes_first(Program& program) {
  for_each_op(program, [](Op& op, const ProgramThread&, std::size_t) {
    if (is_bound(op)) op.flags |= kYields;
  });
}

void clear_flag(Program& program, OpKind kind, std::uint16_t flag) {
  for_each_op(program, [=](Op& op, const ProgramThread&, std::size_t) {
    if (op.kind == kind) op.flags &= static_cast<std::uint16_t>(~flag);
  });
}

void never_cut_sleeps(Program& program) { clear_flag(program, OpKind::sleep, kInterruptible); }

/// Nothing waits for acknowledgements, delayed ones included.
void send_at_once(Program& program) {
  clear_flag(program, OpKind::send, kNagle);
  drop_sleeps(program, kNagle);
}

bool is_unseen_end(const Op& op) { return op.kind == OpKind::wait && (op.flags & kAfterAll); }

void end_at_once(Program& program) {
  for_each_op(program, [](Op& op, const ProgramThread&, std::size_t) {
    if (is_unseen_end(op)) op = {OpKind::compute, Cause::none, 0, 0, 0};
  });
}

/// One doubt, and the other way round: either the program is edited, or the trace is compiled otherwise.
struct Experiment {
  const char* what;
  std::uint64_t (*count)(const Program&, const Outcome&);
  void (*edit)(Program&);
  Order order;
  Spins spins;
};

constexpr std::array kExperiments = {
    Experiment{kOutsideWaits,
               [](const Program& p, const Outcome&) {
                 return std::max(ops_with(p, OpKind::sleep, kOutside), value_of(p.counts, "external waits"));
               },
               [](Program& p) { drop_sleeps(p, kOutside); },
               {},
               {}},
    Experiment{kExpiredTimeouts,
               [](const Program& p, const Outcome&) {
                 return std::max(ops_with(p, OpKind::sleep, kExpired) + ops_with(p, OpKind::expire, kExpired),
                                 value_of(p.counts, "expired timeouts"));
               },
               [](Program& p) { drop_sleeps(p, kExpired); },
               {},
               {}},
    Experiment{
        kCutTimeouts,
        [](const Program&, const Outcome& o) { return value_of(o.counts, "timeouts that would not have fired"); },
        never_cut_sleeps,
        {},
        {}},
    Experiment{kArrivalOrder,
               [](const Program& p, const Outcome&) {
                 return value_of(p.counts, "event-loop handlers in order of arrival") +
                        value_of(p.counts, "exchanges dealt evenly over connections");
               },
               nullptr, Order::recorded, Spins::folded},
    Experiment{
        kWinners, [](const Program& p, const Outcome&) { return count_ops(p, is_bound); }, whoever_comes_first, {}, {}},
    Experiment{kSmallWrites,
               [](const Program& p, const Outcome& o) {
                 return value_of(o.counts, "network flows") > 0 ? ops_with(p, OpKind::send, kNagle) : 0;
               },
               send_at_once,
               {},
               {}},
    Experiment{
        kUnseenEnds, [](const Program& p, const Outcome&) { return count_ops(p, is_unseen_end); }, end_at_once, {}, {}},
    Experiment{kSpins, [](const Program& p, const Outcome&) { return value_of(p.counts, "spins folded"); }, nullptr,
               Order::arrival, Spins::unfolded},
    Experiment{kEmptyHanded, [](const Program& p, const Outcome&) { return value_of(p.counts, "EAGAIN"); }, nullptr,
               Order::arrival, Spins::free},
};

/// Doubts that only a network makes, and that no other replay shows: what, and its name among the program's counts.
constexpr std::array<std::pair<const char*, const char*>, 2> kOfNetworks = {{
    {kLentConnections, "requests on connections lent to several clients"},
    {kPacedRequests, "requests that a timer started"},
}};

/// A fair coin, the same for an op in every replay (the mixing function of SplitMix64).
bool coin(std::uint64_t thread, std::uint64_t op) {
  std::uint64_t z = (thread << 32 | op) + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return (z ^ (z >> 31)) & 1;
}

/// Bursts of the same code vary by about a tenth from run to run (caches, interrupts, frequency); a long burst is a
/// sum of many short ones, which vary independently.
constexpr double kBurstVariation = 0.10;
constexpr double kIndependentAfter_ns = 1e6;

void vary_bursts(Program& program, double sign) {
  for_each_op(program, [&](Op& op, const ProgramThread& thread, std::size_t i) {
    if (op.kind != OpKind::compute || op.value <= 0) return;
    const double length = static_cast<double>(op.value);
    const double change = kBurstVariation * std::min(1.0, std::sqrt(kIndependentAfter_ns / length));
    const double direction = coin(static_cast<std::uint64_t>(thread.tid), i) ? sign : -sign;
    op.value = std::max<std::int64_t>(1, std::llround(length * (1 + direction * change)));
  });
}

constexpr double kCpuStep = 0.10;

void lengthen_bursts(Program& program) {
  for_each_op(program, [](Op& op, const ProgramThread&, std::size_t) {
    if (op.kind == OpKind::compute) op.value = std::llround(static_cast<double>(op.value) * (1 + kCpuStep));
  });
}

class Measurement {
 public:
  Measurement(const Program& program, const Outcome& outcome, Order order, const Laboratory& laboratory)
      : program_(program), outcome_(outcome), order_(order), laboratory_(laboratory) {}

  Sensitivity run() {
    const bool measured = laboratory_.replay && outcome_.predicted_ns > 0 && outcome_.operations <= kMostOperations;
    for (const Experiment& experiment : kExperiments) {
      Doubt doubt{experiment.what, experiment.count(program_, outcome_), -1};
      if (doubt.count == 0) continue;
      if (measured)
        if (const auto change = changed(experiment)) doubt.share = std::fabs(*change);
      result_.doubts.push_back(std::move(doubt));
    }
    // No replay shows what the program would have done then: all of these waits depend on it.
    if (outcome_.outlasting_waits > 0)
      result_.doubts.push_back({kOutlastedTimeouts, outcome_.outlasting_waits, outlasting_share()});
    if (const std::uint32_t share = program_.quality.kept_share_ppm)
      result_.doubts.push_back(
          {kKeptShares, value_of(program_.counts, "exchanges of connections that shared work"), share * 1e-6});
    if (const std::uint64_t flows = value_of(outcome_.counts, "network flows")) note_network_doubts(flows, measured);
    if (program_.quality.deadline_ns > 0) result_.doubts.push_back({kDeadlines, 1, beyond_deadline()});
    const std::uint64_t ordered_waits = ops_with(program_, OpKind::wait, kWoke);
    Doubt order{kRecordedOrder, ordered_waits, -1};
    if (measured) {
      if (const auto change = edited(lengthen_bursts)) result_.cpu_share = std::clamp(*change / kCpuStep, 0.0, 1.0);
      order.share = vary();
    }
    if (ordered_waits > 0) result_.doubts.push_back(std::move(order));
    return std::move(result_);
  }

 private:
  void note_network_doubts(std::uint64_t flows, bool measured) {
    for (const auto& [what, count] : kOfNetworks)
      if (const std::uint64_t found = value_of(program_.counts, count)) result_.doubts.push_back({what, found, -1});
    if (!measured) return;
    const auto longer = edited([&](Program& p) { add_packet_work(p, outcome_); });
    if (longer) result_.doubts.push_back({kPacketWork, flows, std::max(0.0, *longer)});
  }

  double outlasting_share() const {
    if (outcome_.predicted_ns <= 0) return 1;
    return std::min(1.0, static_cast<double>(outcome_.outlasting_ns) / static_cast<double>(outcome_.predicted_ns));
  }

  /// The program takes as long as it was told to: the prediction differs from the recorded run by the work that it
  /// would not do, or do besides.
  double beyond_deadline() const {
    const auto here = static_cast<double>(outcome_.predicted_ns),
               there = static_cast<double>(program_.native_estimate_ns);
    return here > 0 && there > 0 ? std::fabs(here - there) / std::max(here, there) : 0;
  }

  std::optional<double> changed(const Experiment& experiment) const {
    if (experiment.edit) return edited(experiment.edit);
    if (!laboratory_.compile) return std::nullopt;
    const Order order = order_ == Order::recorded ? order_ : experiment.order;
    return replayed(laboratory_.compile(order, experiment.spins));
  }

  template <class Edit>
  std::optional<double> edited(const Edit& edit) const {
    Program other = program_;
    edit(other);
    return replayed(other);
  }

  /// Relative change of the predicted time; nullopt if the other program cannot be replayed.
  std::optional<double> replayed(const Program& other) const {
    try {
      const auto time = static_cast<double>(laboratory_.replay(other).predicted_ns);
      return time / static_cast<double>(outcome_.predicted_ns) - 1;
    } catch (const ReplayError&) {
      return std::nullopt;
    }
  }

  /// Bursts that vary in opposite ways cancel out in the mean of the two replays, unless somebody waits in an order
  /// that the program would not keep then: what is left is the share of the recorded order.
  double vary() {
    const auto plus = edited([](Program& p) { vary_bursts(p, 1); });
    const auto minus = edited([](Program& p) { vary_bursts(p, -1); });
    if (!plus || !minus) return -1;
    result_.burst_chance = std::fabs(*plus - *minus) / 2;
    return std::max(0.0, (*plus + *minus) / 2);
  }

  const Program& program_;
  const Outcome& outcome_;
  const Order order_;
  const Laboratory& laboratory_;
  Sensitivity result_;
};

}  // namespace

Sensitivity measure_sensitivity(const Program& program, const Outcome& outcome, Order order,
                                const Laboratory& laboratory) {
  return Measurement(program, outcome, order, laboratory).run();
}

double share_of(const std::vector<Doubt>& doubts, std::string_view what) {
  const auto found = std::ranges::find(doubts, what, &Doubt::what);
  return found == doubts.end() ? 0 : std::max(0.0, found->share);
}

}  // namespace simrec::replay
