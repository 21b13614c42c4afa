#include "replayer/cli/study_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <ostream>

#include "trace-format/path_report.h"
#include "trace-format/path_shares.h"
#include "trace-format/text_table.h"
#include "trace-format/units.h"

namespace simrec::replay {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostSettings = 6;
constexpr std::size_t kMostBounds = 4;
constexpr std::size_t kMostFunctions = 5;

double seconds(Ns time) { return static_cast<double>(time) / 1e9; }

std::string dumped(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

Json head(const StudySource& source) {
  return {{"tool", "simreplay"}, {"version", SIMREC_VERSION}, {"trace", source.trace}, {"platform", source.platform}};
}

/// What can bound a run whose resource is infinitely fast, where its critical path is not known.
struct Bound {
  const char* what;
  Ns ProcessOutcome::*time;
};
constexpr std::array kBounds = {Bound{"computing", &ProcessOutcome::compute_ns},
                                Bound{"waiting for the network", &ProcessOutcome::network_ns},
                                Bound{"waiting for disks", &ProcessOutcome::disk_ns},
                                Bound{"waiting for locks, pipes and signals", &ProcessOutcome::sync_ns},
                                Bound{"sleeping", &ProcessOutcome::sleep_ns},
                                Bound{"waiting for a core", &ProcessOutcome::ready_ns}};

struct Rest {
  Ns time;
  std::string what;
};

std::vector<Rest> what_is_left(const Outcome& outcome) {
  std::vector<Rest> rests;
  for (const Bound& bound : kBounds) {
    Ns sum = 0;
    for (const ProcessOutcome& process : outcome.processes) sum += process.*bound.time;
    if (sum > 0) rests.push_back({sum, bound.what});
  }
  std::ranges::stable_sort(rests, std::ranges::greater{}, &Rest::time);
  if (rests.size() > kMostBounds) rests.resize(kMostBounds);
  return rests;
}

void print_bounds(const TargetAnswer& answer, const Prediction& limit, std::ostream& out, bool colour) {
  if (limit.path) {
    out << "What bounds it then:\n";
    print_path(limit, out, Paint(colour), {.shares = kMostBounds, .functions = kMostFunctions});
    out << '\n';
    return;
  }
  out << "What is left then, summed over processes:\n";
  TextTable table({{"", Align::right}, {"", Align::left}});
  for (const Rest& rest : what_is_left(answer.at_limit)) table.add({format_duration(rest.time), rest.what});
  table.print(out, "  ");
}

std::string value_text(const Knob& knob, double value) { return amount_text(info_of(knob.quantity), {value, false}); }

void print_settings(const TargetAnswer& answer, std::ostream& out) {
  for (std::size_t i = 0; i < std::min({answer.before.size(), answer.after.size(), kMostSettings}); ++i)
    out << "  " << printable(answer.before[i].element) << ": " << value_text(answer.target.by, answer.before[i].value)
        << " -> " << value_text(answer.target.by, answer.after[i].value) << '\n';
  if (answer.before.size() > kMostSettings) out << "  … and " << answer.before.size() - kMostSettings << " more\n";
}

const Probe* just_below(const TargetAnswer& answer) {
  const Probe* below = nullptr;
  for (const Probe& probe : answer.search.probes)
    if (probe.number < answer.search.answer.number) below = &probe;
  return below;
}

std::string fixed(double value, int digits) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.*f", digits, value);
  return buffer.data();
}

}  // namespace

void print_text(const TargetAnswer& answer, const Prediction& limit, const StudySource& source, std::ostream& out,
                bool colour) {
  const Search& search = answer.search;
  const std::string goal = format_duration(answer.target.goal_ns), knob = printable(text_of(answer.target.by));
  out << printable(source.trace) << " on " << printable(source.platform) << ": "
      << format_duration(search.baseline.predicted_ns) << '\n';
  if (search.end == Search::End::already) {
    out << "That is within " << goal << " already: nothing has to change.\n";
  } else if (search.end == Search::End::found) {
    out << printable(text_of(answer.change)) << " is enough for " << goal << ": "
        << format_duration(search.answer.predicted_ns) << '\n';
    print_settings(answer, out);
    if (const Probe* below = just_below(answer); below && below->number > search.baseline.number)
      out << "A little less takes " << format_duration(below->predicted_ns) << "; " << knob << ' ' << answer.limit_text
          << ": " << format_duration(search.limit.predicted_ns) << ".\n";
  } else {
    out << "No change of " << knob << " is enough for " << goal << ": " << answer.limit_text << ", it still takes "
        << format_duration(search.limit.predicted_ns) << ".\n";
    print_bounds(answer, limit, out, colour);
    out << "More about that run: the same command with --what-if '" << printable(text_of(answer.limit))
        << "' instead of --target and --by.\n";
  }
  if (!search.monotone)
    out << "Note: more is not always better here; this is the smallest change that was found in "
        << search.probes.size() << " replays.\n";
}

void print_json(const TargetAnswer& answer, const Prediction& limit, const StudySource& source, std::ostream& out) {
  const Search& search = answer.search;
  constexpr std::array kEnds = {"already", "found", "unreachable"};
  Json json = head(source);
  json["target_s"] = seconds(answer.target.goal_ns);
  json["by"] = text_of(answer.target.by);
  json["baseline_s"] = seconds(search.baseline.predicted_ns);
  json["answer"] = kEnds.at(static_cast<std::size_t>(search.end));
  const bool found = search.end == Search::End::found;
  json["change"] = found ? Json(text_of(answer.change)) : Json();
  json["predicted_s"] = found ? Json(seconds(search.answer.predicted_ns)) : Json();
  json["settings"] = Json::array();
  for (std::size_t i = 0; found && i < std::min(answer.before.size(), answer.after.size()); ++i)
    json["settings"].push_back({{"element", answer.before[i].element},
                                {"before", answer.before[i].value},
                                {"after", answer.after[i].value},
                                {"unit", info_of(answer.target.by.quantity).unit}});
  json["limit"] = {{"what", answer.limit_text},
                   {"change", text_of(answer.limit)},
                   {"predicted_s", seconds(search.limit.predicted_ns)}};
  json["left_at_limit"] = Json::array();
  for (const Rest& rest : what_is_left(answer.at_limit))
    json["left_at_limit"].push_back({{"what", rest.what}, {"s", seconds(rest.time)}});
  json["critical_path_at_limit"] = Json::array();
  if (limit.path)
    for (const PathShare& share : path_shares(limit))
      json["critical_path_at_limit"].push_back(
          {{"kind", name_of(share.kind)}, {"who", share.who}, {"s", seconds(share.path_ns)}});
  json["monotone"] = search.monotone;
  json["probes"] = Json::array();
  for (const Probe& probe : search.probes)
    json["probes"].push_back({{"number", probe.number}, {"predicted_s", seconds(probe.predicted_ns)}});
  out << dumped(json) << '\n';
}

void print_text(const Effects& effects, const StudySource& source, std::ostream& out) {
  out << printable(source.trace) << " on " << printable(source.platform) << ": " << format_duration(effects.baseline_ns)
      << "\n\n";
  TextTable table({{"twice as fast", Align::left, 60}, {"predicted"}, {"change"}, {"elasticity"}});
  for (const Effect& effect : effects.effects) {
    if (effect.twice_as_fast_ns == 0) {
      table.add({printable(effect.what), "-", "", "failed: " + printable(effect.failure)});
      continue;
    }
    const double change = seconds(effect.twice_as_fast_ns) / seconds(effects.baseline_ns) - 1;
    table.add({printable(effect.what), format_duration(effect.twice_as_fast_ns), format_signed_percent(change),
               effect.elasticity ? fixed(*effect.elasticity + 0.0, 2) : ""});
  }
  table.print(out);
  out << "\nTwice as fast: half of the CPU time, of the latency or of the transfer time; twice the cores.\n"
         "Elasticity: 1 = the predicted time falls in proportion to a small improvement, 0 = it does not matter.\n";
}

void print_json(const Effects& effects, const StudySource& source, std::ostream& out) {
  Json json = head(source);
  json["baseline_s"] = seconds(effects.baseline_ns);
  json["sensitivity"] = Json::array();
  for (const Effect& effect : effects.effects)
    json["sensitivity"].push_back(
        {{"what", effect.what},
         {"knob", text_of(effect.knob)},
         {"twice_as_fast_s", effect.twice_as_fast_ns > 0 ? Json(seconds(effect.twice_as_fast_ns)) : Json()},
         {"elasticity", effect.elasticity ? Json(*effect.elasticity) : Json()},
         {"failed", effect.failure.empty() ? Json() : Json(effect.failure)}});
  out << dumped(json) << '\n';
}

}  // namespace simrec::replay
