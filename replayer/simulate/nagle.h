// Nagle's algorithm on one direction of a TCP connection. Linux: without TCP_NODELAY a segment that is not full waits
// while another one that was not full is not acknowledged (RFC 896 as Minshall changed it; tcp_nagle_test() in
// net/ipv4/tcp_output.c, 6.18). Acknowledgements are sent at once here: where they were delayed while recording, the
// trace shows it (compile/delayed_acknowledgement.h). Times are seconds of simulated time.
#pragma once

#include <cstdint>

#include "replayer/simulate/network_model.h"

namespace simrec::replay {

class Nagle {
 public:
  /// A write; `delays` = to a socket without TCP_NODELAY. The latest one counts for all that is queued.
  void written(bool delays) { delays_ = delays; }
  /// How many of the stream's next `payload` bytes may leave at `now`; less only if they do not end with a full
  /// segment, and then perhaps 0. closing = the stream's end follows: then nothing is held back.
  std::int64_t allowed(double now, std::int64_t payload, bool closing) const {
    const std::int64_t tail = payload % kSegmentPayload;
    return delays_ && !closing && now + kInstant_s < small_acknowledged_s_ ? payload - tail : payload;
  }
  /// A flow of `payload` bytes will be acknowledged at `when`.
  void acknowledge_at(double when, std::int64_t payload) {
    if (payload % kSegmentPayload != 0) small_acknowledged_s_ = when;
  }
  /// Until when small segments are held back.
  double held_until() const { return small_acknowledged_s_; }

 private:
  bool delays_ = false;
  double small_acknowledged_s_ = 0;
};

}  // namespace simrec::replay
