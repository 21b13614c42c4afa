// A network card sends what it is given in the order in which it is given. Flows that share a link evenly, as fluid
// models have it, would all end late together: sixteen short messages written one after the other then arrive at one
// moment, their answers meet again, and connections that would have spread out stay in step for ever.
//
// So short transfers between one pair of hosts leave one after the other. Long ones share the link evenly all the
// while, as TCP's windows make them.
#pragma once

#include <cstdint>

#include "replayer/simulate/network_model.h"
#include "replayer/simulate/turn_queue.h"

namespace simrec::replay {

/// A transfer is short when all that its stream wants to send fits into one flow.
inline bool is_short_transfer(const NetworkModel& model, std::int64_t queued, std::int64_t payload) {
  return model.send_queue && queued == payload;
}

/// Short transfers from one host to another, by stream.
struct SendQueue {
  TurnQueue waiting;
  bool sending = false;
  bool due = false;  ///< idle, but about to look who was first
};

}  // namespace simrec::replay
