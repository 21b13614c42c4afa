#include "replayer/cli/interval.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace simrec::replay {
namespace {

/// Run-to-run spread of real programs on a quiet machine (closure: about 2 % mean, 5 % in the worst tenth), worth
/// two further recordings.
constexpr double kPriorSpread = 0.03;
constexpr double kPriorDegrees = 2;

// 90 % half widths of the model itself: 1.645 / 0.8 of the mean |error| that tests/validation measured against real
// runs: 11 % for networks (64 cases). For computing its truth spreads by 30 % itself; half of that error, 5 %, is taken
// as the model's.
constexpr double kCpuModel = 0.10;
constexpr double kNetworkModel = 0.23;
constexpr double kLocalModel = 0.06;
/// Per doubling or halving of the cores' speed, as far as the time is CPU time: between a program that lives in the
/// caches (scales fully) and one that waits for memory.
constexpr double kSpeedModel = 0.04;

/// Of the time that other programs kept threads from a core: bursts behind it begin with cold caches.
constexpr double kOtherLoad = 0.1;
constexpr double kMostOtherLoad = 0.2;

/// How much of a doubt's share is believed possible: turning it the other way round is an extreme.
struct Weight {
  const char* what;
  double weight;
};
constexpr std::array kWeights = {
    Weight{kOutsideWaits, 0.5},     // as long as recorded, or half of it
    Weight{kExpiredTimeouts, 0.5},  // some expire there, too
    Weight{kCutTimeouts, 0.5},     Weight{kOutlastedTimeouts, 1},
    Weight{kArrivalOrder, 0.1},                                 // the recorded order is hardly ever right elsewhere
    Weight{kSpins, 0.5},           Weight{kEmptyHanded, 0.25},  // most end a loop of reads on any platform
    Weight{kRecordedOrder, 1},     Weight{kWinners, 1},
    Weight{kKeptShares, 1},
};

/// 95 % quantile of Student's t.
double student_t(double degrees) {
  constexpr std::array kTable = {6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812};
  const auto row = static_cast<std::size_t>(std::max(1.0, degrees));
  return row <= kTable.size() ? kTable.at(row - 1) : 1.645 + 1.67 / degrees;
}

double recordings_part(const Evidence& e) {
  const double n = std::max(1.0, static_cast<double>(e.predicted_s.size()));
  const double degrees = kPriorDegrees + n - 1;
  const double s = spread(e).value_or(0);
  const double variance = (kPriorDegrees * kPriorSpread * kPriorSpread + (n - 1) * s * s) / degrees;
  return student_t(degrees) * std::sqrt(variance / n);
}

double model_part(const Evidence& e) {
  const double waiting = (e.several_hosts ? kNetworkModel : kLocalModel) * (1 - e.cpu_share);
  const double computing = kCpuModel * e.cpu_share;
  const double speed = kSpeedModel * std::fabs(std::log2(e.speed_factor)) * e.cpu_share;
  return std::sqrt(waiting * waiting + computing * computing + speed * speed);
}

double doubts_part(const Evidence& e) {
  double squares = 0;
  for (const Weight& w : kWeights) {
    const double part = w.weight * std::log1p(share_of(e.validity, w.what));
    squares += part * part;
  }
  return std::sqrt(squares);
}

}  // namespace

Interval90 interval_of(const Evidence& e) {
  Interval90 interval;
  const double other_load = std::min(kOtherLoad * e.other_load_share.value_or(0), kMostOtherLoad) * e.cpu_share;
  for (const Uncertainty& part :
       {Uncertainty{"recordings", recordings_part(e)},
        Uncertainty{"closure error", std::log1p(e.closure_effect.value_or(0))},
        Uncertainty{"other load while recording", std::log1p(other_load)},
        Uncertainty{"observer ledger", std::log1p(e.ledger_share * e.cpu_share)},
        Uncertainty{"chance in bursts", std::log1p(e.burst_chance.value_or(0))},
        Uncertainty{"what the trace cannot tell", doubts_part(e)}, Uncertainty{"model", model_part(e)}})
    if (part.relative > 0) interval.parts.push_back(part);
  std::ranges::stable_sort(interval.parts, std::ranges::greater{}, &Uncertainty::relative);
  double squares = 0;
  for (const Uncertainty& part : interval.parts) squares += part.relative * part.relative;
  interval.high_factor = std::exp(std::sqrt(squares));
  interval.low_factor = 1 / interval.high_factor;
  return interval;
}

}  // namespace simrec::replay
