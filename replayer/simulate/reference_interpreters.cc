// The reference engine's interpreter locks: the threads of some processes compute one at a time (see
// ProgramProcess::interpreter_slice_ns).
#include "replayer/simulate/reference_engine.h"

namespace simrec::replay {

namespace s4u = simgrid::s4u;

void ReferenceEngine::set_up_interpreters() {
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    const std::uint32_t process = program_.threads[t].process;
    const Ns slice = program_.processes[process].interpreter_slice_ns;
    if (slice <= 0) continue;
    threads_[t].interpreter = s4u::Semaphore::create(0);
    interpreters_.try_emplace(process, static_cast<double>(slice) * 1e-9, host_of(t).costs.wake_up_s);
  }
}

void ReferenceEngine::take_interpreter_after(InterpreterTurn& interpreter, double delay_s) {
  start_daemon("interpreter", [this, &interpreter, delay_s] {
    s4u::this_actor::sleep_for(delay_s);
    if (const auto t = interpreter.take(s4u::Engine::get_clock())) threads_[*t].interpreter->release();
  });
}

/// The thread computes `work_s` in time slices.
void ReferenceEngine::compute_in_turns(std::uint32_t t, InterpreterTurn& interpreter, double flops, double work_s) {
  for (double left_s = work_s; left_s > kInstant_s;) {
    enter_interpreter(t, interpreter, left_s < work_s);
    const double slice_s = interpreter.slice_of(left_s);
    compute_alone(t, flops * (slice_s / work_s), slice_s);
    left_s -= slice_s;
    interpreter.release(s4u::Engine::get_clock());
    for (const double delay_s : {0.0, interpreter.wake_up_s()})
      take_interpreter_after(interpreter, delay_s + kTurnDelay_s);
  }
}

/// Waits until the thread may compute. It counts as active: whoever has the turn goes on by itself.
void ReferenceEngine::enter_interpreter(std::uint32_t t, InterpreterTurn& interpreter, bool yields) {
  const double since = s4u::Engine::get_clock();
  interpreter.ask(since, t, yields);
  take_interpreter_after(interpreter, kTurnDelay_s);
  threads_[t].interpreter->acquire();
  const double now = s4u::Engine::get_clock();
  if (InterpreterTurn::was_awaited(since, now))
    in_.accounting.waited(threads_[t].account, since, now, IntervalState::sync, 0);
}

}  // namespace simrec::replay
