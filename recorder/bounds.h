// What ends a recording before the program ends: a time, a size, a signal to simrec, a trace that cannot be written.
#pragma once

#include <signal.h>

#include <cstdint>
#include <optional>
#include <string>

#include "recorder/trace_sink.h"

namespace simrec::record {

/// Limits as the command line gives them; 0 = none.
struct BoundLimits {
  Ns duration_ns = 0;
  std::uint64_t max_bytes = 0;
  bool until_signalled = false;  ///< attached: SIGINT, SIGTERM, SIGHUP and SIGQUIT to simrec end the recording
};

/// Belongs to the tracing thread. With until_signalled, blocks those signals in it from construction on.
class Bounds {
 public:
  /// How often someone who waits has to ask.
  static constexpr Ns kPeriodNs = 50'000'000;

  explicit Bounds(const BoundLimits& limits);
  ~Bounds();
  Bounds(const Bounds&) = delete;
  Bounds& operator=(const Bounds&) = delete;

  /// Whether time or signals count, which come without any stop.
  bool need_ticks() const { return limits_.duration_ns != 0 || limits_.until_signalled; }
  /// What the recording has reached: "--duration", "--max-size", "SIGINT", … "a write error"; "" = it goes on.
  /// Cheap enough for every stop; looks for signals every kPeriodNs only. May flush `sink`.
  std::string reached(Ns now_ns, TraceSink& sink);
  /// Name of a signal that came, "" = none.
  std::string signalled();

 private:
  BoundLimits limits_;
  sigset_t signals_{};
  sigset_t former_mask_{};
  Ns next_look_ns_ = 0;
};

}  // namespace simrec::record
