// One what-if: [SCOPE:]QUANTITY=VALUE.
//   cpu=2x                          every host
//   host:h1:cpu=2x                  the hosts (or the <cluster>) whose names match a glob
//   link:wan*:latency=5ms           the links whose names match a glob
//   redis-server*:cpu=2x            the processes that match a pattern, as --place has them (also process:PATTERN:…)
//   function:deflate:cpu=2x         the time sampled in a function and in what it calls
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "replayer/whatif/quantity.h"

namespace simrec::replay {

enum class ScopeKind : std::uint8_t { all, host, link, process, function };

/// What is changed, without by how much.
struct Knob {
  ScopeKind scope = ScopeKind::all;
  std::string pattern;  ///< "" for all
  Quantity quantity = Quantity::cpu;
  bool operator==(const Knob&) const = default;
};

struct Change {
  Knob knob;
  Amount amount;
  bool operator==(const Change&) const = default;
};

/// "net.latency", "redis-server*:cpu", "host:h1:cores". Throws ReplayError.
Knob parse_knob(std::string_view text);

/// A knob and "=VALUE". Throws ReplayError.
Change parse_change(std::string_view text);

/// Knob and text behind the '='. Throws ReplayError when there is none.
std::pair<Knob, std::string> split_assignment(std::string_view option, std::string_view text);

/// As it would be typed.
std::string text_of(const Knob& knob);
std::string text_of(const Change& change);

/// Does it change links?
inline bool is_network(const Knob& knob) {
  return knob.quantity == Quantity::latency || knob.quantity == Quantity::bandwidth;
}

}  // namespace simrec::replay
