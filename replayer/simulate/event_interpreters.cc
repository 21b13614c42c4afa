// The event engine's interpreter locks: the threads of some processes compute one at a time (see
// ProgramProcess::interpreter_slice_ns).
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

void EventEngine::set_up_interpreters() {
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    const std::uint32_t process = program_.threads[t].process;
    const Ns slice = program_.processes[process].interpreter_slice_ns;
    if (slice <= 0 || interpreters_.contains(process)) continue;
    const double wake_up_s = in_.platform.host(threads_[t].host).costs.wake_up_s;
    interpreters_.emplace(process, Interpreter{InterpreterTurn(static_cast<double>(slice) * 1e-9, wake_up_s), {}});
  }
}

EventEngine::Interpreter* EventEngine::interpreter_of(std::uint32_t t) {
  if (interpreters_.empty()) return nullptr;
  const auto found = interpreters_.find(program_.threads[t].process);
  return found == interpreters_.end() ? nullptr : &found->second;
}

/// The thread computes Thread::left_s as soon as it has the turn.
void EventEngine::ask_for_interpreter(std::uint32_t t, bool yields) {
  const std::uint32_t process = program_.threads[t].process;
  threads_[t].phase = Phase::locked_out;
  threads_[t].since = now_;
  interpreters_.at(process).turn.ask(now_, t, yields);
  queue_.push(now_ + kTurnDelay_s, EventKind::interpreter, process);
}

void EventEngine::take_interpreter(std::uint32_t process) {
  Interpreter& interpreter = interpreters_.at(process);
  const auto t = interpreter.turn.take(now_);
  if (!t) return;
  ++threads_[*t].version;
  if (InterpreterTurn::was_awaited(threads_[*t].since, now_)) threads_[*t].cause = interpreter.chain;
  ready_.push_back(*t);
}

/// The thread has the turn.
void EventEngine::enter_interpreter(std::uint32_t t) {
  Thread& thread = threads_[t];
  if (InterpreterTurn::was_awaited(thread.since, now_)) {
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
  interpreter->turn.release(now_);
  for (const double delay_s : {0.0, interpreter->turn.wake_up_s()})
    queue_.push(now_ + delay_s + kTurnDelay_s, EventKind::interpreter, program_.threads[t].process);
  if (threads_[t].left_s <= kInstant_s) return false;
  ask_for_interpreter(t, true);
  return true;
}

}  // namespace simrec::replay
