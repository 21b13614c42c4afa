// How wide a prediction is: about nine in ten truths should lie in the interval.
//
// Each source of error has a half width of its own in ln space, meant as that of a 90 % interval; they are taken as
// independent and added in quadrature: h = sqrt(sum h_i^2), interval = predicted * exp(-h) .. predicted * exp(h).
//   recordings  t(0.95, v) * s / sqrt(n): Student's interval of the mean of n recordings. s^2 is the variance of ln
//               predicted, pooled with a prior of kPriorSpread worth kPriorDegrees degrees of freedom, so that one
//               recording has an interval, too, and two that agree by chance do not have too narrow a one:
//               s^2 = (v0 s0^2 + sum (ln x - mean)^2) / v, v = v0 + n - 1
//   closure     ln(1 + closure effect): by how much the replay is known to miss, as far as it matters here
//   other load  a tenth of the time that other programs took while recording, at most kMostOtherLoad: caches
//   ledger      what the observer ledger may be wrong by, as far as the time is CPU time
//   bursts      half the difference of two replays whose bursts vary in opposite ways (sensitivity.h)
//   doubts      share of each doubt, times the part of the change that is believed possible
//   model       what the models miss where everything else is right
#pragma once

#include <vector>

#include "replayer/cli/evidence.h"
#include "trace-format/prediction.h"

namespace simrec::replay {

struct Interval90 {
  double low_factor = 1, high_factor = 1;  ///< of the predicted time
  std::vector<Uncertainty> parts;          ///< half widths in ln space, the widest first; those of 0 are left out
};

Interval90 interval_of(const Evidence& evidence);

}  // namespace simrec::replay
