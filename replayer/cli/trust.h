// The verdict on a prediction: high, medium or low, with the reasons. One table of rules, in trust.cc.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "replayer/cli/evidence.h"

namespace simrec::replay {

enum class Trust : std::uint8_t { high, medium, low };

const char* name_of(Trust trust);

/// A rule measures one thing; above its thresholds the prediction deserves less trust.
struct TrustRule {
  const char* name;
  std::optional<double> (*measure)(const Evidence&);  ///< nullopt = does not apply
  double medium_above;
  double low_above;
  std::string (*reason)(const Evidence&, double measured);  ///< in plain words
};

std::span<const TrustRule> trust_rules();

struct Verdict {
  Trust trust = Trust::high;
  std::vector<std::string> reasons;  ///< the worst first; empty if high
};

Verdict judge(const Evidence& evidence);

}  // namespace simrec::replay
