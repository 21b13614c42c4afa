// The event engine's interpreter locks: the threads of some processes compute one at a time (see
// ProgramProcess::interpreter_slice_ns).
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

EventEngine::Interpreter* EventEngine::interpreter_of(std::uint32_t t) {
  if (interpreters_.empty()) return nullptr;
  const auto found = interpreters_.find(program_.threads[t].process);
  return found == interpreters_.end() ? nullptr : &found->second;
}

/// The thread computes Thread::left_s as soon as it has the turn.
void EventEngine::ask_for_interpreter(std::uint32_t t) {
  const std::uint32_t process = program_.threads[t].process;
  threads_[t].phase = Phase::locked_out;
  threads_[t].since = now_;
  if (interpreters_.at(process).turn.ask(now_, t)) queue_.push(now_ + kTurnDelay_s, EventKind::interpreter, process);
}

/// Whoever asked first runs again as soon as it is awake.
void EventEngine::take_interpreter(std::uint32_t process) {
  Interpreter& interpreter = interpreters_.at(process);
  const std::uint32_t t = interpreter.turn.take();
  Thread& thread = threads_[t];
  ++thread.version;
  const bool awaited = interpreter.turn.was_awaited(thread.since);
  if (awaited) thread.cause = interpreter.chain;
  const double delay = awaited ? in_.platform.host(thread.host).costs.wake_up_s : 0;
  if (delay > 0)
    queue_.push(now_ + delay, EventKind::resume, t, thread.version);
  else
    ready_.push_back(t);
}

/// The thread, which has the turn, is awake.
void EventEngine::enter_interpreter(std::uint32_t t) {
  Thread& thread = threads_[t];
  if (interpreter_of(t)->turn.was_awaited(thread.since)) {
    in_.accounting.waited(thread.account, thread.since, now_, IntervalState::sync, 0);
    if (in_.insight) note_interpreter(t);
  }
  thread.work_s = interpreter_of(t)->turn.slice_of(thread.left_s);
  thread.left_s -= thread.work_s;
  start_computing(t);
}

/// The thread, which may have one's turn, has computed Thread::work_s. True: it has to go on with its op.
bool EventEngine::leave_interpreter(std::uint32_t t) {
  Interpreter* interpreter = interpreter_of(t);
  if (!interpreter) return false;
  if (in_.insight) interpreter->chain = threads_[t].chain;
  const std::uint32_t process = program_.threads[t].process;
  if (interpreter->turn.release(now_)) queue_.push(now_ + kTurnDelay_s, EventKind::interpreter, process);
  if (threads_[t].left_s <= kInstant_s) return false;
  ask_for_interpreter(t);
  return true;
}

}  // namespace simrec::replay
