// The reference engine's interpreter locks: the threads of some processes compute one at a time (see
// ProgramProcess::interpreter_slice_ns).
#include "replayer/simulate/reference_engine.h"

namespace simrec::replay {

namespace s4u = simgrid::s4u;

void ReferenceEngine::set_up_interpreters() {
  for (std::uint32_t p = 0; p < program_.processes.size(); ++p) {
    const Ns slice = program_.processes[p].interpreter_slice_ns;
    if (slice <= 0) continue;
    interpreters_.emplace(p,
                          Interpreter{InterpreterTurn(static_cast<double>(slice) * 1e-9), s4u::Semaphore::create(0)});
    start_daemon("interpreter-" + std::to_string(p), [this, p] { answer_interpreter(interpreters_.at(p)); });
  }
  for (std::uint32_t t = 0; t < threads_.size(); ++t)
    if (interpreters_.contains(program_.threads[t].process)) threads_[t].interpreter = s4u::Semaphore::create(0);
}

/// The daemon of one.
void ReferenceEngine::answer_interpreter(Interpreter& interpreter) {
  for (;;) {
    interpreter.bell->acquire();
    s4u::this_actor::sleep_for(kTurnDelay_s);
    threads_[interpreter.turn.take()].interpreter->release();
  }
}

/// The thread computes `work_s` in time slices.
void ReferenceEngine::compute_in_turns(std::uint32_t t, Interpreter& interpreter, double flops, double work_s) {
  for (double left_s = work_s; left_s > kInstant_s;) {
    enter_interpreter(t, interpreter);
    const double slice_s = interpreter.turn.slice_of(left_s);
    compute_alone(t, flops * (slice_s / work_s), slice_s);
    left_s -= slice_s;
    if (interpreter.turn.release(s4u::Engine::get_clock())) interpreter.bell->release();
  }
}

/// Waits until the thread may compute. It counts as active: whoever has the turn goes on by itself.
void ReferenceEngine::enter_interpreter(std::uint32_t t, Interpreter& interpreter) {
  const double since = s4u::Engine::get_clock();
  if (interpreter.turn.ask(since, t)) interpreter.bell->release();
  threads_[t].interpreter->acquire();
  if (!interpreter.turn.was_awaited(since)) return;
  sleep_until(s4u::Engine::get_clock() + host_of(t).costs.wake_up_s);
  in_.accounting.waited(threads_[t].account, since, s4u::Engine::get_clock(), IntervalState::sync, 0);
}

}  // namespace simrec::replay
