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

}  // namespace

HostCosts host_costs(const Program& program, const std::string& host, const HostProperty& property) {
  const auto cost = [&](const char* name, Ns calibrated) { return seconds(host, name, property(name), calibrated); };
  return {cost("wakeup_ns", program.wake_up_ns), cost("timer_slack_ns", program.timer_slack_ns),
          cost("cold_ns", program.cold_ns)};
}

double wake_up_cost_s(const HostCosts& costs, const Op& op, double since, double now, bool remote) {
  constexpr double kAtOnce_s = kTurnDelay_s + kInstant_s;  // an event loop that looks around does not sleep
  if (now - since <= kAtOnce_s) return 0;
  const double wake_up_s = op.flags & kPolls ? 0 : costs.wake_up_s;
  return wake_up_s + (remote ? costs.cold_s * std::min(1.0, (now - since) / kColdAfter_s) : 0);
}

bool has_timer_slack(const Op& op) {
  if (op.value <= 0) return false;
  return op.kind == OpKind::expire || (op.kind == OpKind::sleep && op.cause == Cause::sleep && !(op.flags & kWoke));
}

}  // namespace simrec::replay
