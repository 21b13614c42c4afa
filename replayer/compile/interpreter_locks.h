// Which futex waits are for the lock of an interpreter, which its threads pass on in time slices (to the kernel those
// are condition variables like any others), and whether the interpreter's threads compute one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "replayer/compile/burst_overlap.h"
#include "replayer/compile/counts.h"
#include "replayer/program/program.h"

namespace simrec::replay::causal {

/// While compiling: a wait for the interpreter's lock. Not in programs.
inline constexpr std::uint16_t kInterpreter = 1 << 14;

/// Of one process.
class InterpreterLocks {
 public:
  /// It has opened a file of that path.
  void opened(std::string_view path) {
    has_ruby_ |= path.find("/libruby") != std::string_view::npos;
    has_python_ |=
        path.find("/libpython") != std::string_view::npos || path.find("/lib/python") != std::string_view::npos;
  }
  /// exec: a new image. What waits stand in the old one's ops is remembered.
  void replaced() {
    const bool marked = was_there();
    *this = {};
    was_there_ = marked;
  }
  /// What a fork begins with.
  InterpreterLocks of_child() const {
    InterpreterLocks child;
    child.has_ruby_ = has_ruby_;
    child.has_python_ = has_python_;
    child.words_ = words_;
    return child;
  }

  /// A futex wait that has ended; timeout -1 = none.
  struct Wait {
    std::int64_t address = 0;
    Ns timeout = -1, entry = 0, exit = 0;
    std::uint32_t thread = 0;
  };
  /// Was it for the interpreter's lock? Programs that ask for four to five fifths of its interval themselves look
  /// alike. Ruby's other waits for it, without a timeout, may be for anything: they stay. In order of the ends.
  bool is_waited_for(const Wait& wait);

  /// One of its threads, of which there are several, ran its own code between two calls; in order of the ends.
  void computed(Ns begin, Ns end) { bursts_.add(begin, end); }
  /// A thread has waited for the lock.
  void waited() { has_waited_ = true; }

  bool is_there() const { return has_python_ || has_ruby_; }
  /// Was there one, in this image or one before?
  bool was_there() const { return was_there_ || is_there(); }
  /// Does a thread let go of the lock for the system call of that number? Not for memory and threads, nor for what
  /// never waits.
  static bool lets_go_for(std::uint16_t call);
  /// Its waits go as they went while recording: that is asked for, or its threads had one core only, where none compute
  /// at once.
  void keep_order() { keeps_order_ = true; }

  /// Do its threads compute one at a time, whoever is awake? Else they compute at once (extensions that let go of
  /// the lock), or it cannot be told.
  bool takes_turns() const { return has_waited_ && !keeps_order_ && bursts_.share() <= kMostOverlap; }
  /// How long a thread then computes while others wait for it; else 0.
  Ns slice_ns() const {
    if (!takes_turns()) return 0;
    return has_python_ ? kPythonSwitchInterval_ns : kRubyTimeQuantum_ns;
  }
  /// At the end, for the ops of each thread of the process: if they take turns, waits for the lock go.
  /// Counts them.
  void settle(ScratchSequence<Op>& ops, Counts& counts) const;

 private:
  Count kind_of_waits() const {
    if (takes_turns()) return Count::interpreter_turns;
    return has_python_ ? Count::python_lock_waits : Count::ruby_lock_waits;
  }

  /// CPython waits with a timeout of its switch interval (Python/ceval_gil.h; sys.setswitchinterval(), 5 ms unless told
  /// otherwise).
  static constexpr Ns kPythonSwitchInterval_ns = 5'000'000;
  /// Of Ruby's threads that wait for the lock one keeps the time for all (thread_pthread.c of Ruby 2.6 to 3.2:
  /// TIME_QUANTUM_MSEC, do_gvl_timer).
  static constexpr Ns kRubyTimeQuantum_ns = 100'000'000;
  /// Between its calls a thread lets go of the lock and takes it without a trace: a little of that is at once with
  /// others.
  static constexpr double kMostOverlap = 0.1;
  /// How far apart the words of CPython's lock are: two condition variables and two mutexes of the C library, one
  /// behind the other (struct _gil_runtime_state: 48 + 40 + 48 + 40 bytes with glibc). Who gives the lock away may wait
  /// at them without a timeout: for those woken earlier to be gone, and for the next one to have it.
  static constexpr std::uint64_t kPythonLock_B = 176;
  /// They wait until a moment that they have computed a little before.
  static bool is_nearly(Ns timeout, Ns interval) { return timeout > interval / 5 * 4 && timeout <= interval; }

  bool was_there_ = false, has_ruby_ = false, has_python_ = false, has_waited_ = false, keeps_order_ = false;
  /// At which threads have waited with Python's interval: of its lock only if two did at once. Programs' own waits of
  /// that length have words of their own.
  struct Word {
    std::int64_t address = 0;
    Ns ended = 0;
    std::uint32_t thread = 0;
    bool is_of_lock = false;
  };
  bool is_beside_lock(std::int64_t address) const;
  void note_word(const Wait& wait);

  std::array<Word, 8> words_{};
  BurstOverlap bursts_;
};

}  // namespace simrec::replay::causal
