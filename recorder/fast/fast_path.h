// Tier 2: decides which call sites are worth patching, puts the hook there, and brings threads out of it when
// they are to get a signal. See FAST_PATH.md.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "recorder/fast/fast_events.h"
#include "recorder/ptrace.h"
#include "recorder/tracee.h"
#include "recorder/unwind_rule.h"

namespace simrec::record {

struct FastOptions {
  bool wanted = false;
  std::uint32_t after_calls = 12;  ///< a process gets it after so many calls that it could take
};

class FastPath {
 public:
  FastPath(EventLog& log, ObjectRegistry& objects, TraceSink& sink, FastOptions options)
      : events_(log, objects, sink), sink_(sink), options_(options) {}

  bool enabled() const { return options_.wanted; }
  FastEvents& events() { return events_; }

  /// At the entry of a call, before anything of it is recorded. True: the thread has been sent back and makes the
  /// call again, through the hook; let it run.
  bool on_call_entry(TracedThread& thread, const SyscallInfo& info);

  /// The hook stopped because a call took long: what the program's registers were in it. Answer with answer().
  std::optional<UserRegisters> asks_for_stack(const TracedThread& thread, const SyscallInfo& info) const;
  void answer(TracedThread& thread, StackId stack);
  /// Is a stopped thread in the hook or in a stub?
  bool inside(const TracedThread& thread) const;

  enum class SignalFor { program, nobody };
  /// Before a signal is recorded or delivered: afterwards the thread is outside the hook, between two instructions of
  /// the program. `nobody`: the signal was of our own making, do not deliver it.
  SignalFor before_signal(TracedThread& thread, int signal);

  /// A thread that `creator` made, before its first instruction.
  void on_birth(TracedThread& thread, const TracedThread& creator);
  /// At its first stop.
  void on_start(TracedThread& thread);
  /// Its address space is a new one.
  void on_exec(TracedThread& thread);
  /// It runs no more.
  void on_end(TracedThread& thread);
  /// The thread's process did something that makes hooks in it unsafe: back to tier 1 for good.
  void refuse(TracedThread& thread);

  /// The recording is over, but threads go on: hooks leave no more records, and nothing is drained any more.
  void mute();
  /// For a newborn that nobody keeps account of: it has no slot, whatever its creator had.
  static void clear_slot(pid_t tid);

  /// Is there anything that drain_all() may find?
  bool active() const { return !leased_.empty(); }
  /// Takes what all threads have left in their rings. Returns how full the fullest one was, 0–1, since the last time.
  double drain_all();
  /// The same for one thread, stopped: what follows is recorded behind it.
  void drain(TracedThread& thread);

 private:
  bool worth_it(AddressSpace& space, CallSite& site, const TracedThread& thread);
  bool take_over(TracedThread& thread, const SyscallInfo& info, std::uint64_t site);
  void lease(TracedThread& thread, AddressSpace& space, BorrowedThread& borrowed, const RseqRegistration& rseq);
  /// One step out of the hook. True: there, registers are right.
  bool leave(TracedThread& thread, Registers& registers);
  bool step_out(TracedThread& thread, Registers& registers);

  FastEvents events_;
  TraceSink& sink_;
  FastOptions options_;
  bool muted_ = false;
  std::uint64_t fullest_ = 0;  ///< words, since the last drain_all()
  std::vector<TracedThread*> leased_;
};

}  // namespace simrec::record
