// Gates (Program::gates) that open in the instant in which somebody comes to them: those count as not open yet. Who of
// one instant comes first must not hang on rounding. Shared by both engines.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "replayer/program/program.h"
#include "replayer/simulate/network_model.h"

namespace simrec::replay {

/// When something happened that happens once.
class Happened {
 public:
  void now(double now_s) { at_s_ = std::min(at_s_, now_s); }
  bool yet() const { return at_s_ < std::numeric_limits<double>::infinity(); }
  bool before(double now_s) const { return now_s > at_s_ + kInstant_s; }

 private:
  double at_s_ = std::numeric_limits<double>::infinity();
};

/// How far a stream had arrived before the present instant.
class ArrivedBefore {
 public:
  /// More arrives; `arrived` = what has until now.
  void more(double now_s, std::int64_t arrived) {
    if (now_s <= since_s_ + kInstant_s) return;
    since_s_ = now_s;
    before_ = arrived;
  }
  /// `arrived` = what has by now.
  std::int64_t before(double now_s, std::int64_t arrived) const {
    return now_s > since_s_ + kInstant_s ? arrived : before_;
  }

 private:
  double since_s_ = -1;      ///< when this instant's first bytes came
  std::int64_t before_ = 0;  ///< what had arrived before them
};

/// Could the gate complete before this instant? The other arguments = an engine's.
template <class Streams, class Connections, class Tokens>
bool was_open(const Op& gate, double now_s, const Streams& streams, const Connections& connections,
              const Tokens& tokens) {
  switch (gate.kind) {
    case OpKind::recv:
      return streams[gate.target].arrived_before.before(now_s, streams[gate.target].arrived) >= gate.value;
    case OpKind::recv_end:
      return streams[gate.target].end_arrived.before(now_s);
    case OpKind::accept:
      return connections[gate.target].server_established.before(now_s);
    case OpKind::wait:
      return tokens[gate.target].happened.before(now_s);
    default:
      return true;
  }
}

}  // namespace simrec::replay
