// A periodic timer that interrupts the calling thread's waitpid(2), so that a tracer waiting for stops that do
// not come still gets its turn (to flush, to drain).
#pragma once

#include <signal.h>
#include <time.h>

#include "trace-format/ids.h"

namespace simrec::record {

/// Belongs to the thread that makes it: blocking calls of that thread, and of no other, fail with EINTR at every
/// tick. The signal handler does nothing else; a tick that falls between two calls is lost, the next one is not.
/// Uses a real-time signal, never SIGALRM. Not to be made twice in one thread at a time.
class Tick {
 public:
  /// Throws std::system_error when the kernel grants no timer.
  Tick();
  ~Tick();
  Tick(const Tick&) = delete;
  Tick& operator=(const Tick&) = delete;

  /// From now on a tick every `period_ns`. Arming anew restarts the period.
  void arm(Ns period_ns);
  void disarm();
  bool armed() const { return armed_; }

 private:
  void set(Ns period_ns);

  timer_t timer_{};
  struct sigaction former_action_ {};
  sigset_t former_mask_{};
  bool armed_ = false;
};

}  // namespace simrec::record
