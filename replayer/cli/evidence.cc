#include "replayer/cli/evidence.h"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace simrec::replay {
namespace {

double ratio(Ns part, Ns whole) { return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0; }

/// Summed over all processes.
Ns sum_of(const Outcome& outcome, Ns ProcessOutcome::*time) {
  Ns sum = 0;
  for (const ProcessOutcome& process : outcome.processes) sum += process.*time;
  return sum;
}

std::uint64_t value_of(const std::vector<NamedValue>& values, std::string_view name) {
  const auto found = std::ranges::find(values, name, &NamedValue::name);
  return found == values.end() ? 0 : found->value;
}

/// What a compiler had to leave out or guess, and no replay can turn the other way round.
std::uint64_t unmeasurable(const Program& program) {
  std::uint64_t sum = 0;
  for (const char* name : {"unmatched futex waits", "ends of unknown cause", "datagrams lost", "lock winners",
                           "signals from outside", "job-control stops", "lost causes", "unmatched children"})
    sum += value_of(program.counts, name);
  return sum;
}

void add_hosts(Evidence& e, const Outcome& outcome, double recorded_speed_flops) {
  for (const HostOutcome& host : outcome.hosts) {
    if (host.speed_flops > 0 && recorded_speed_flops > 0) {
      const double factor = recorded_speed_flops / host.speed_flops;
      if (std::fabs(std::log(factor)) > std::fabs(std::log(e.speed_factor))) e.speed_factor = factor;
    }
    e.target_cores = e.target_cores == 0 ? host.cores : std::min(e.target_cores, host.cores);
  }
  e.several_hosts = outcome.hosts.size() > 1 && value_of(outcome.counts, "network flows") > 0;
}

void add_closure(Evidence& e, const Program& program, const Outcome& outcome, const std::optional<Outcome>& twin) {
  const RecordingQuality& quality = program.quality;
  if (!twin || program.native_estimate_ns <= 0) return;
  e.closure_error = static_cast<double>(twin->predicted_ns) / static_cast<double>(program.native_estimate_ns) - 1;
  const Ns other_load = std::max<Ns>(quality.waited_for_core_ns - sum_of(*twin, &ProcessOutcome::ready_ns), 0);
  e.other_load_share = ratio(other_load, quality.program_cpu_ns);
  // Processes that share a core with whoever wakes them do not once they are on different hosts.
  const Ns elsewhere = other_load + (e.several_hosts ? quality.crowded_ns : 0);
  const Ns missing = program.native_estimate_ns - twin->predicted_ns;  // the recorded run took longer
  const Ns unexplained = missing > 0 ? std::max<Ns>(missing - elsewhere, 0) : -missing;
  const double here = static_cast<double>(unexplained) * std::max(1.0, e.speed_factor);
  const double relative = outcome.predicted_ns > 0 ? here / static_cast<double>(outcome.predicted_ns) : 1;
  e.closure_effect = std::min(relative, std::fabs(*e.closure_error));
}

/// In the mean, of the host that is busiest.
double busy_cores(const Outcome& outcome) {
  Ns busy = 0;
  for (const HostOutcome& host : outcome.hosts) busy = std::max(busy, host.busy_core_ns);
  return ratio(busy, outcome.predicted_ns);
}

/// Without a measurement: computing one after the other is all CPU, computing side by side cannot be more than that.
double busy_share(const Outcome& outcome) { return std::min(1.0, busy_cores(outcome)); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<Doubt> doubts_together(const std::vector<Evidence>& recordings) {
  std::vector<Doubt> doubts;
  for (const Evidence& e : recordings)
    for (const Doubt& doubt : e.validity) {
      const auto known = std::ranges::find(doubts, doubt.what, &Doubt::what);
      if (known == doubts.end()) {
        doubts.push_back(doubt);
      } else {
        known->count = std::max(known->count, doubt.count);
        known->share = std::max(known->share, doubt.share);
      }
    }
  return doubts;
}

/// Waits that outlast their timeout on the recording host's twin, too, do so because a thread has other timeouts at
/// other times: only what comes on top of them is a doubt.
void compare_timeouts(std::vector<Doubt>& doubts, const Outcome& outcome, const Outcome& twin) {
  const auto found = std::ranges::find(doubts, kOutlastedTimeouts, &Doubt::what);
  if (found == doubts.end()) return;
  found->count -= std::min(found->count, twin.outlasting_waits);
  found->share =
      std::min(1.0, ratio(std::max<Ns>(outcome.outlasting_ns - twin.outlasting_ns, 0), outcome.predicted_ns));
  if (found->count == 0) doubts.erase(found);
}

/// What a timer started would perhaps not wait for the answer to the request before, as it does here. Without that the
/// run could take as long as on the twin. Accidents are rarer than one message in twenty.
double paced_delay(const Evidence& e, const Outcome& outcome, const Outcome& twin, std::uint64_t flows) {
  constexpr std::uint64_t kOneOf = 20;
  const auto paced = std::ranges::find(e.validity, kPacedRequests, &Doubt::what);
  if (flows == 0 || paced == e.validity.end() || kOneOf * paced->count < flows) return 0;
  return ratio(std::max<Ns>(outcome.predicted_ns - twin.predicted_ns, 0), outcome.predicted_ns) * (1 - e.cpu_share);
}

}  // namespace

Evidence gather(const Program& program, const Outcome& outcome, const std::optional<Outcome>& twin,
                const Sensitivity& sensitivity, double recorded_speed_flops) {
  Evidence e;
  const RecordingQuality& quality = program.quality;
  e.validity = sensitivity.doubts;
  if (twin) compare_timeouts(e.validity, outcome, *twin);
  e.cpu_share = sensitivity.cpu_share.value_or(busy_share(outcome));
  e.burst_chance = sensitivity.burst_chance;
  e.recorded_cores = program.recorded_cores;
  add_hosts(e, outcome, recorded_speed_flops);
  const Ns ready = sum_of(outcome, &ProcessOutcome::ready_ns);
  e.core_wait_share = ratio(ready, ready + sum_of(outcome, &ProcessOutcome::compute_ns));
  for (const ProcessOutcome& process : outcome.processes)
    e.disk_share = std::max(e.disk_share, std::min(1.0, ratio(process.disk_ns, outcome.predicted_ns)));
  e.interception_share = ratio(quality.interception_cpu_ns, quality.program_cpu_ns);
  e.ledger_share = ratio(quality.ledger_residual_ns, quality.program_cpu_ns);
  add_closure(e, program, outcome, twin);
  if (twin && e.recorded_cores > 0) e.recorded_use = busy_cores(*twin) / e.recorded_cores;
  e.core_queries = value_of(program.counts, "questions for the number of cores");
  std::uint64_t unmeasured = unmeasurable(program), requests = 0;
  for (const Doubt& doubt : e.validity) {
    if (doubt.what == kLentConnections || doubt.what == kPacedRequests) requests += doubt.count;
    // Orders are kept or relaxed in every server: how many there are says nothing.
    else if (doubt.share < 0 && doubt.what != kArrivalOrder && doubt.what != kRecordedOrder)
      unmeasured += doubt.count;
  }
  const std::uint64_t flows = value_of(outcome.counts, "network flows");
  e.doubtful_requests = static_cast<double>(requests) / static_cast<double>(std::max<std::uint64_t>(flows, 1));
  if (twin) e.paced_delay = paced_delay(e, outcome, *twin, flows);
  const auto per_flow = [&](std::string_view count) {
    return flows > 0 ? static_cast<double>(value_of(program.counts, count)) / static_cast<double>(flows) : 0;
  };
  e.ruby_lock_waits = per_flow("waits for Ruby's lock in the recorded order");
  e.python_lock_waits = per_flow("waits for Python's lock");
  if (flows > 0 && value_of(program.counts, "waits for an interpreter's lock, taken in turns") > 0)
    for (const Doubt& doubt : e.validity)
      if (doubt.what == kRecordedOrder) e.ordered_waits = static_cast<double>(doubt.count) / static_cast<double>(flows);
  e.unmeasured_share =
      static_cast<double>(unmeasured) / static_cast<double>(std::max<std::uint64_t>(outcome.operations, 1));
  e.lost = quality.lost;
  e.partial = quality.partial;
  e.forced = value_of(outcome.counts, "full buffers ignored to avoid a standstill");
  e.io_uring = value_of(program.counts, "io_uring") > 0;
  e.predicted_s = {static_cast<double>(outcome.predicted_ns) / 1e9};
  return e;
}

Evidence together(const std::vector<Evidence>& recordings) {
  Evidence all = recordings.front();
  const auto middle = [&](auto member) {
    std::vector<double> values;
    for (const Evidence& e : recordings) values.push_back(e.*member);
    return median(values);
  };
  const auto known_middle = [&](auto member) -> std::optional<double> {
    std::vector<double> values;
    for (const Evidence& e : recordings)
      if (e.*member) values.push_back(*(e.*member));
    if (values.empty()) return std::nullopt;
    return median(values);
  };
  all.closure_error = known_middle(&Evidence::closure_error);
  all.closure_effect = known_middle(&Evidence::closure_effect);
  all.burst_chance = known_middle(&Evidence::burst_chance);
  all.other_load_share = known_middle(&Evidence::other_load_share);
  for (const auto member : {&Evidence::recorded_use, &Evidence::cpu_share, &Evidence::core_wait_share,
                            &Evidence::disk_share, &Evidence::interception_share, &Evidence::ledger_share,
                            &Evidence::unmeasured_share, &Evidence::doubtful_requests, &Evidence::paced_delay,
                            &Evidence::ruby_lock_waits, &Evidence::python_lock_waits, &Evidence::ordered_waits})
    all.*member = middle(member);
  all.validity = doubts_together(recordings);
  all.predicted_s.clear();
  for (const Evidence& e : recordings) {
    all.lost = std::max(all.lost, e.lost);
    all.forced = std::max(all.forced, e.forced);
    all.core_queries = std::max(all.core_queries, e.core_queries);
    all.partial |= e.partial;
    all.io_uring |= e.io_uring;
    if (!e.predicted_s.empty()) all.predicted_s.push_back(e.predicted_s.front());
  }
  return all;
}

std::optional<double> spread(const Evidence& evidence) {
  const std::size_t n = evidence.predicted_s.size();
  if (n < 2) return std::nullopt;
  double sum = 0, squares = 0;
  for (const double seconds : evidence.predicted_s) {
    if (seconds <= 0) return std::nullopt;
    sum += std::log(seconds);
  }
  const double mean = sum / static_cast<double>(n);
  for (const double seconds : evidence.predicted_s) squares += (std::log(seconds) - mean) * (std::log(seconds) - mean);
  return std::sqrt(squares / static_cast<double>(n - 1));
}

}  // namespace simrec::replay
