#include "replayer/simulate/host_costs.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "replayer/simulate/network_model.h"
#include "replayer/simulate/simulate.h"
#include "replayer/simulate/turn_queue.h"

namespace simrec::replay {
namespace {

double seconds(const std::string& host, const char* name, const char* text, Ns otherwise) {
  if (!text) return static_cast<double>(otherwise) * 1e-9;
  char* end = nullptr;
  const double ns = std::strtod(text, &end);
  if (end == text || *end != '\0' || !std::isfinite(ns) || ns < 0)
    throw ReplayError("host " + host + ": property " + name + "=\"" + text + "\" is not a number of nanoseconds");
  return ns * 1e-9;
}

double cold_caches_s(const HostCosts& costs, double waited_s) {
  if (waited_s < kColdAfter_s) return costs.cold_s * waited_s / kColdAfter_s;
  const double grown = std::min(1.0, (waited_s - kColdAfter_s) / (kColdLongAfter_s - kColdAfter_s));
  return costs.cold_s + (costs.cold_long_s - costs.cold_s) * grown;
}

}  // namespace

HostCosts host_costs(const Program& program, const std::string& host, const HostProperty& property) {
  const auto cost = [&](const char* name, Ns calibrated) { return seconds(host, name, property(name), calibrated); };
  const double cold_s = cost("cold_ns", program.cold_ns);
  const double cold_long_s = cost("cold_40ms_ns", property("cold_ns") ? 0 : program.cold_long_ns);
  return {cost("wakeup_ns", program.wake_up_ns), cost("timer_slack_ns", program.timer_slack_ns), cold_s,
          std::max(cold_s, cold_long_s)};
}

double wake_up_cost_s(const HostCosts& costs, const Op& op, double since, double now, bool remote) {
  constexpr double kAtOnce_s = kTurnDelay_s + kInstant_s;  // an event loop that looks around does not sleep
  if (now - since <= kAtOnce_s) return 0;
  const double wake_up_s = op.flags & kPolls ? 0 : costs.wake_up_s;
  return wake_up_s + (remote ? cold_caches_s(costs, now - since) : 0);
}

bool has_timer_slack(const Op& op) {
  if (op.value <= 0) return false;
  return op.kind == OpKind::expire || (op.kind == OpKind::sleep && op.cause == Cause::sleep && !(op.flags & kWoke));
}

}  // namespace simrec::replay
