#include "analysis/comparison.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "trace-format/trace_error.h"
#include "trace-format/units.h"

namespace simrec::analysis {
namespace {

/// More processes of one name than this are compared as one: nobody reads 200 rows of cc1.
constexpr std::size_t kOneByOne = 8;

using TimesByName = std::map<std::string, std::vector<const TimeByCause*>>;

TimesByName by_name(const RunProfile& run) {
  TimesByName times;
  for (const RunProcess& process : run.processes) times[process.name].push_back(&process.time);
  return times;
}

TimeByCause sum(const std::vector<const TimeByCause*>& times) {
  TimeByCause total{};
  for (const TimeByCause* time : times)
    for (std::size_t i = 0; i < kCauses; ++i) total[i] += (*time)[i];
  return total;
}

void add_changes(std::vector<Change>& changes, const std::string& who, const TimeByCause& a, const TimeByCause& b) {
  for (std::size_t i = 0; i < kCauses; ++i) {
    if (a[i] != 0 || b[i] != 0)
      changes.push_back({std::string(cause_name(static_cast<Cause>(i))), who, Unit::time, a[i], b[i]});
  }
}

/// "2 of 3 processes 'cc1' are only in B".
std::string missing(const std::string& name, std::size_t a, std::size_t b) {
  const std::size_t more = std::max(a, b), only = more - std::min(a, b);
  const std::string side = a > b ? "A" : "B";
  if (more == 1) return "process '" + name + "' is only in " + side;
  return std::to_string(only) + " of " + format_count_of(more, "process", "processes") + " '" + name + "' " +
         (only == 1 ? "is" : "are") + " only in " + side;
}

class Comparer {
 public:
  Comparer(const RunProfile& a, const RunProfile& b, double threshold)
      : a_(a),
        b_(b),
        limit_ns_(static_cast<Ns>(std::llround(threshold * static_cast<double>(std::max(a.wall_ns, b.wall_ns))))) {}

  Comparison run() {
    refuse_the_incomparable();
    compare_totals();
    compare_processes();
    compare_paths();
    for (auto* list : {&result_.totals, &result_.processes, &result_.critical_path}) judge(*list);
    for (auto* list : {&result_.processes, &result_.critical_path})
      std::ranges::stable_sort(*list, std::greater<>(), [](const Change& c) { return std::abs(c.difference()); });
    return std::move(result_);
  }

 private:
  void refuse_the_incomparable() {
    if (a_.kind != b_.kind) {
      const bool a_is_trace = a_.kind == FileKind::trace;
      throw TraceError("'" + (a_is_trace ? a_ : b_).path + "' is a trace and '" + (a_is_trace ? b_ : a_).path +
                       "' a prediction: compare two traces, or two predictions");
    }
    const TimesByName ours = by_name(a_), theirs = by_name(b_);
    const bool related = std::ranges::any_of(ours, [&](const auto& entry) { return theirs.contains(entry.first); });
    if (!related && !ours.empty() && !theirs.empty())
      throw TraceError("'" + a_.path + "' and '" + b_.path + "' are of different programs: no process of one (" +
                       ours.begin()->first + ", …) is in the other (" + theirs.begin()->first + ", …)");
    if (a_.program != b_.program && !a_.program.empty() && !b_.program.empty())
      result_.notes.push_back("the commands differ: A ran " + a_.program + ", B ran " + b_.program);
    for (const RunProfile* run : {&a_, &b_})
      if (!run->incomplete.empty()) result_.notes.push_back(run->path + ": " + run->incomplete);
  }

  void compare_totals() {
    result_.totals.push_back({"wall time", "", Unit::time, a_.wall_ns, b_.wall_ns});
    for (std::size_t i = 0; i < kCauses; ++i) {
      if (a_.time[i] == 0 && b_.time[i] == 0) continue;
      const std::string name(cause_name(static_cast<Cause>(i)));
      result_.totals.push_back({i == 0 ? name : "waiting: " + name, "", Unit::time, a_.time[i], b_.time[i]});
    }
    for (const RunTotal& ours : a_.totals) {
      const auto theirs = std::ranges::find(b_.totals, ours.name, &RunTotal::name);
      if (theirs != b_.totals.end()) result_.totals.push_back({ours.name, "", ours.unit, ours.value, theirs->value});
    }
  }

  void compare_processes() {
    const TimesByName ours = by_name(a_), theirs = by_name(b_);
    TimesByName all = ours;
    all.insert(theirs.begin(), theirs.end());
    static const std::vector<const TimeByCause*> kNone;
    for (const auto& [name, any] : all) {
      const auto in_a = ours.find(name), in_b = theirs.find(name);
      compare_namesakes(name, in_a == ours.end() ? kNone : in_a->second, in_b == theirs.end() ? kNone : in_b->second);
    }
  }

  void compare_namesakes(const std::string& name, const std::vector<const TimeByCause*>& a,
                         const std::vector<const TimeByCause*>& b) {
    if (a.size() != b.size()) result_.notes.push_back(missing(name, a.size(), b.size()));
    const std::size_t most = std::max(a.size(), b.size());
    if (most > kOneByOne) {
      const std::string counts =
          a.size() == b.size() ? std::to_string(most) : std::to_string(a.size()) + " and " + std::to_string(b.size());
      return add_changes(result_.processes, name + " (" + counts + " processes)", sum(a), sum(b));
    }
    constexpr TimeByCause kNothing{};
    for (std::size_t i = 0; i < most; ++i)
      add_changes(result_.processes, most == 1 ? name : name + " #" + std::to_string(i + 1),
                  i < a.size() ? *a[i] : kNothing, i < b.size() ? *b[i] : kNothing);
  }

  void compare_paths() {
    if (!a_.critical_path || !b_.critical_path) return;
    using Times = std::pair<Ns, Ns>;
    std::map<std::pair<PathKind, std::string>, Times> times;
    for (const PathShare& share : *a_.critical_path) times[{share.kind, share.who}].first += share.path_ns;
    for (const PathShare& share : *b_.critical_path) times[{share.kind, share.who}].second += share.path_ns;
    for (const auto& [part, time] : times)
      if (time != Times{})
        result_.critical_path.push_back({name_of(part.first), part.second, Unit::time, time.first, time.second});
  }

  /// Only times can be large or small; two runs with other counts and the same times are the same to a stopwatch.
  void judge(std::vector<Change>& changes) {
    for (Change& change : changes)
      change.matters = change.unit == Unit::time && std::abs(change.difference()) > limit_ns_;
    result_.same = result_.same && std::ranges::none_of(changes, &Change::matters);
  }

  const RunProfile& a_;
  const RunProfile& b_;
  Ns limit_ns_;
  Comparison result_{.totals = {}, .processes = {}, .critical_path = {}, .notes = {}, .same = true};
};

}  // namespace

Comparison compare_runs(const RunProfile& a, const RunProfile& b, double threshold) {
  return Comparer(a, b, threshold).run();
}

}  // namespace simrec::analysis
