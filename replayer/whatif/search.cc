#include "replayer/whatif/search.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "replayer/program/program.h"

namespace simrec::replay {
namespace {

constexpr std::size_t kProbesAtATime = 4;
/// More is not better if the time grows by more than this; below, it is chance of the replay's details.
constexpr double kNoise = 0.002;
constexpr double kMostCores = 4096;
constexpr double kUsualRounds = 7;  ///< for the progress bar
/// Of the critical path that says what bounds a run: about 100 MB.
constexpr std::size_t kMostPathSteps = 2'000'000;

/// To three significant digits, upwards.
double rounded(double number, bool integral) {
  if (integral) return std::ceil(number - 1e-9);
  const double power = std::pow(10.0, std::floor(std::log10(number)) - 2);
  return std::ceil(number / power - 1e-6) * power;
}

/// At most kProbesAtATime numbers that lie between the two and are not the ends.
std::vector<double> between(double low, double high, bool integral) {
  std::vector<double> numbers;
  for (std::size_t i = 1; i <= kProbesAtATime; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(kProbesAtATime + 1);
    const double number = rounded(low * std::pow(high / low, share), integral);
    if (number > low * (1 + 1e-9) && number < high * (1 - 1e-9) && (numbers.empty() || number > numbers.back()))
      numbers.push_back(number);
  }
  return numbers;
}

class Searching {
 public:
  Searching(const Evaluate& evaluate, Ns goal_ns, const SearchRange& range)
      : evaluate_(evaluate), goal_(goal_ns), range_(range) {}

  Search run() {
    try_all(range_.first < range_.largest ? std::vector<double>{range_.first, range_.largest}
                                          : std::vector<double>{range_.first});
    Search search;
    search.baseline = probe(range_.first);
    search.limit = probe(range_.largest);
    if (search.baseline.predicted_ns <= goal_) {
      search.end = Search::End::already;
      search.answer = search.baseline;
    } else {
      narrow();
      search.end = bracket().second > 0 ? Search::End::found : Search::End::unreachable;
      search.answer = search.end == Search::End::found ? probe(bracket().second) : best();
    }
    for (const auto& [number, time] : tried_) search.probes.push_back({number, time});
    for (std::size_t i = 1; i < search.probes.size(); ++i) {
      const auto before = static_cast<double>(search.probes[i - 1].predicted_ns);
      if (static_cast<double>(search.probes[i].predicted_ns) > before * (1 + kNoise)) search.monotone = false;
    }
    return search;
  }

 private:
  void narrow() {
    // Once between the ends in any case: it may be better there than at both.
    for (std::vector<double> next = between(range_.first, range_.largest, range_.integral); !next.empty();) {
      try_all(next);
      const auto [low, high] = bracket();
      if (high == 0) return;
      next = between(low, high, range_.integral);
    }
  }
  void try_all(const std::vector<double>& numbers) {
    const std::vector<Ns> times = evaluate_(numbers);
    for (std::size_t i = 0; i < numbers.size(); ++i) tried_[numbers[i]] = times.at(i);
  }
  /// The smallest number that reaches the goal, and the one tried below it; 0, 0 if none does.
  std::pair<double, double> bracket() const {
    double below = 0;
    for (const auto& [number, time] : tried_) {
      if (time <= goal_) return {below, number};
      below = number;
    }
    return {0, 0};
  }
  Probe probe(double number) const { return {number, tried_.at(number)}; }
  Probe best() const {
    const auto best = std::ranges::min_element(tried_, {}, [](const auto& entry) { return entry.second; });
    return {best->first, best->second};
  }

  const Evaluate& evaluate_;
  const Ns goal_;
  const SearchRange& range_;
  std::map<double, Ns> tried_;
};

double cores_now(const Bench& bench, const Knob& knob) {
  double cores = 1;
  for (const Setting& setting : bench.platform.settings(knob)) cores = std::max(cores, setting.value);
  return cores;
}

bool is_code(const Knob& knob) { return knob.scope == ScopeKind::process || knob.scope == ScopeKind::function; }

/// From the numbers of the search to changes of a knob.
class Scale {
 public:
  Scale(const Bench& bench, const Knob& knob) : knob_(knob) {
    if (knob.quantity == Quantity::latency) limit_text = "without latency";
    if (knob.quantity != Quantity::cores) return;
    range.integral = true;
    range.first = cores_now(bench, knob);
    const auto threads = static_cast<double>(bench.program.threads.size());
    range.largest = std::max(range.first, std::min(threads, kMostCores));
    limit_text = "with " + number_text(range.largest) + " cores, one for each thread";
  }
  Change change(double number) const {
    if (range.integral) return {knob_, {number, false}};
    if (knob_.quantity != Quantity::latency) return {knob_, {number, true}};
    return {knob_, {number >= range.largest ? 0 : 1 / number, true}};
  }
  Point point(double number) const { return number == range.first ? Point{} : Point{change(number)}; }

  SearchRange range;
  std::string limit_text = "infinitely fast";

 private:
  Knob knob_;
};

/// A point with where its time goes.
Outcome explained(Bench bench, const Point& point) {
  bench.options.path_steps = kMostPathSteps;
  Simulated simulated = std::move(replay_points(bench, {point}).front());
  if (!simulated.outcome) throw ReplayError(simulated.failure);
  return std::move(*simulated.outcome);
}

}  // namespace

Search search_smallest(const Evaluate& evaluate, Ns goal_ns, const SearchRange& range) {
  return Searching(evaluate, goal_ns, range).run();
}

TargetAnswer reach(const Bench& bench, const Target& target) {
  const Scale scale(bench, target.by);
  check_applies(bench, {scale.change(scale.range.first)});
  TargetAnswer answer{target, {}, {}, {}, {}, scale.limit_text, scale.change(scale.range.largest), {}};
  std::size_t rounds = 0;
  Bench searching = bench;
  if (bench.progress)
    searching.progress = [&](double fraction) {
      const double done = static_cast<double>(rounds) + fraction;
      bench.progress(done / std::max(kUsualRounds, done));
    };
  const auto replayed = [&](const std::vector<double>& numbers) {
    std::vector<Point> points;
    for (const double number : numbers) points.push_back(scale.point(number));
    std::vector<Simulated> results = replay_points(searching, points);
    ++rounds;
    std::vector<Ns> times;
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i].outcome) throw ReplayError(results[i].failure);
      times.push_back(results[i].outcome->predicted_ns);
    }
    return times;
  };
  answer.search = search_smallest(replayed, target.goal_ns, scale.range);
  answer.change = scale.change(answer.search.answer.number);
  if (answer.search.end == Search::End::unreachable)
    answer.at_limit = explained(searching, scale.point(scale.range.largest));
  if (is_code(target.by)) return answer;
  answer.before = bench.platform.settings(target.by);
  answer.after = answer.search.end == Search::End::already
                     ? answer.before
                     : changed(bench.platform, {answer.change}).settings(target.by);
  return answer;
}

}  // namespace simrec::replay
