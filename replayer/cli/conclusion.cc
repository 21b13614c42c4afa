#include "replayer/cli/conclusion.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "replayer/cli/interval.h"
#include "replayer/cli/trust.h"

namespace simrec::replay {
namespace {

Ns scaled(Ns time, double factor) { return std::llround(static_cast<double>(time) * factor); }

/// "" for one recording; else the traces' names.
std::string names_of(const std::vector<Replayed>& recordings) {
  std::string names;
  for (const Replayed& recording : recordings)
    names += (names.empty() ? "" : " ") + recording.prediction.summary.trace_name;
  return names;
}

void add_warnings_of_others(PredictionSummary& summary, const std::vector<Replayed>& recordings) {
  for (const Replayed& recording : recordings)
    for (const std::string& warning : recording.prediction.summary.warnings)
      if (std::ranges::find(summary.warnings, warning) == summary.warnings.end())
        summary.warnings.push_back(recording.prediction.summary.trace_name + ": " + warning);
}

}  // namespace

Prediction conclude(std::vector<Replayed> recordings) {
  std::vector<Evidence> evidence;
  for (const Replayed& recording : recordings) evidence.push_back(recording.evidence);
  const Evidence all = together(evidence);
  const std::string names = names_of(recordings);
  std::ranges::stable_sort(recordings, {}, [](const Replayed& r) { return r.prediction.summary.predicted_ns; });
  const std::size_t n = recordings.size();
  const Ns upper = recordings[n / 2].prediction.summary.predicted_ns;
  Prediction prediction = std::move(recordings[(n - 1) / 2].prediction);
  // Half-way between two recordings lies the path of neither.
  if (upper != prediction.summary.predicted_ns) prediction.path.reset();
  recordings.erase(recordings.begin() + static_cast<std::ptrdiff_t>((n - 1) / 2));
  PredictionSummary& summary = prediction.summary;
  summary.predicted_ns = summary.predicted_ns + (upper - summary.predicted_ns) / 2;
  summary.recordings = static_cast<std::uint32_t>(n);
  if (n > 1) summary.options.push_back("--same-experiment=" + names);
  add_warnings_of_others(summary, recordings);
  const Verdict verdict = judge(all);
  summary.trust = name_of(verdict.trust);
  summary.trust_reasons = verdict.reasons;
  summary.validity = all.validity;
  const Interval90 interval = interval_of(all);
  summary.interval_low_ns = scaled(summary.predicted_ns, interval.low_factor);
  summary.interval_high_ns = scaled(summary.predicted_ns, interval.high_factor);
  summary.uncertainties = interval.parts;
  return prediction;
}

}  // namespace simrec::replay
