#include "replayer/simulate/reference_engine.h"

#include "replayer/program/describe.h"
#include "replayer/simulate/simgrid_config.h"

namespace simrec::replay {

namespace s4u = simgrid::s4u;
namespace {

constexpr double kShortestSleep = kReferencePrecision_s / 2;  ///< SimGrid rounds shorter ones up to its precision

double clock_s() { return s4u::Engine::get_clock(); }

}  // namespace

void run_reference_engine(const EngineInput& input) { ReferenceEngine(input).run(); }

ReferenceEngine::ReferenceEngine(const EngineInput& input)
    : in_(input),
      program_(input.program),
      threads_(program_.threads.size()),
      streams_(program_.streams.size()),
      connections_(program_.connections.size()),
      tokens_(program_.tokens),
      timers_(program_.timers),
      live_(program_.threads.size()) {
  set_up_loops();
  set_up_interpreters();
  const std::vector<std::uint32_t> opposite = opposite_streams(program_);
  for (std::uint32_t s = 0; s < streams_.size(); ++s) set_up_stream(s, opposite[s]);
  for (std::uint32_t t = 0; t < threads_.size(); ++t)
    if (!program_.threads[t].spawned) start_thread(t);
}

void ReferenceEngine::run() { in_.simgrid.run(); }

// Actors and time

void ReferenceEngine::start_thread(std::uint32_t t) {
  if (threads_[t].started) return;
  threads_[t].started = true;
  threads_[t].wake = s4u::Semaphore::create(0);
  ++active_;
  s4u::Actor::create("thread-" + std::to_string(t), host_of(t).host, [this, t] { thread_main(t); });
}

void ReferenceEngine::thread_main(std::uint32_t t) try {
  if (!program_.threads[t].spawned) sleep_until(static_cast<double>(program_.threads[t].start_ns) * 1e-9);
  const bool fiber = threads_[t].account != t;
  if (fiber)
    enter_loop(t);
  else
    in_.accounting.thread_started(t, clock_s());
  for (const Op& op : program_.threads[t].ops) {
    if (op.flags & kTurn) yield_turn(t, op);
    execute_op(t, op);
    ++threads_[t].position;
    if (++operations_ % 4096 == 0 && in_.progress) in_.progress(operations_);
  }
  if (!fiber) in_.accounting.thread_ended(t, program_.threads[t].ops.back(), clock_s());
  pass_turn(t, !fiber);
  if (--live_ == 0) in_.finished(operations_);
  --active_;
  became_idle();
} catch (const ReplayError& e) {
  in_.failed(e.what());
}

void ReferenceEngine::start_daemon(const std::string& name, std::function<void()> code) {
  s4u::Actor::create(name, in_.platform.host(0).host, std::move(code))->daemonize();
}

void ReferenceEngine::add(Line& line, double time, std::function<void()> happen) {
  ++active_;
  line.items.push_back({time, std::move(happen)});
  line.filled->release();
}

void ReferenceEngine::run_line(Line& line) {
  for (;;) {
    line.filled->acquire();
    Line::Item item = std::move(line.items.front());
    line.items.pop_front();
    sleep_until(item.time);
    item.happen();
    --active_;
    became_idle();
  }
}

void ReferenceEngine::sleep_until(double time) {
  const double duration = time - clock_s();
  if (duration > kShortestSleep) s4u::this_actor::sleep_for(duration);
}

/// Called wherever something ended: if nothing else can happen, the replay stands still.
void ReferenceEngine::became_idle() {
  if (active_ > 0 || live_ == 0 || relax_capacities() || relax_turns()) return;
  std::vector<std::uint32_t> positions;
  for (const Thread& thread : threads_) positions.push_back(thread.started ? thread.position : kNotStarted);
  in_.failed(standstill_message(program_, positions));
}

// Waiting

/// Waits for the condition; charges the time, wake-up included, to the thread's op.
void ReferenceEngine::wait(std::uint32_t t, WaitList* list, const Condition& condition, bool remote) {
  if (condition()) return;
  double since = clock_s();
  Thread& thread = threads_[t];
  thread.wants_turn = thread.loop_plus_one && (program_.threads[t].ops[thread.position].flags & kTurn);
  const bool wanted_turn = thread.wants_turn;
  wait_until_released(t, list, condition, kNever);
  if (wanted_turn) since = await_turn(t);
  const Op& op = program_.threads[t].ops[thread.position];
  sleep_until(clock_s() + wake_up_cost_s(host_of(t).costs, op, since, clock_s(), remote));
  in_.accounting.waited(thread.account, since, clock_s(), wait_state(program_, op, remote), thread.by_plus_one);
}

ReferenceEngine::End ReferenceEngine::wait_until_released(std::uint32_t t, WaitList* list, const Condition& condition,
                                                          double deadline) {
  Thread& thread = threads_[t];
  thread.condition = condition;
  thread.released = thread.rearmed = false;
  thread.by_plus_one = 0;
  thread.counted = deadline < kNever;
  if (list) list->push_back(t);
  if (thread.wants_turn) pass_turn(t);  // lets other actors run: from here on they must find the thread in the list
  if (!thread.counted) {
    --active_;
    became_idle();
    thread.wake->acquire();
  } else if (thread.wake->acquire_timeout(std::max(deadline - clock_s(), kReferencePrecision_s)) &&
             (thread.released || thread.rearmed)) {
    thread.wake->acquire();  // released in the same instant
  }
  if (list) std::erase(*list, t);
  return thread.released ? End::condition : End::time;
}

void ReferenceEngine::notify(WaitList& list, std::uint32_t by_plus_one) {
  const WaitList waiting = std::exchange(list, {});
  WaitList left;
  for (const std::uint32_t t : waiting) {
    Thread& thread = threads_[t];
    if (!thread.condition()) {
      left.push_back(t);
      continue;
    }
    thread.released = true;
    thread.by_plus_one = by_plus_one;
    if (std::exchange(thread.wants_turn, false)) queue_for_turn(t);
    if (!thread.counted) ++active_;
    thread.wake->release();
  }
  list.insert(list.begin(), left.begin(), left.end());
}

/// A timer was set: those who wait for its expiry look at their deadlines again.
void ReferenceEngine::wake_for_timer(WaitList& list) {
  const WaitList waiting = std::exchange(list, {});
  for (const std::uint32_t t : waiting) {
    threads_[t].rearmed = true;
    if (!threads_[t].counted) ++active_;
    threads_[t].wake->release();
  }
}

// Ops

void ReferenceEngine::execute_op(std::uint32_t t, const Op& op) {
  switch (op.kind) {
    case OpKind::compute:
      compute(t, op);
      break;
    case OpKind::sleep:
      sleep(t, op);
      break;
    case OpKind::send:
      send(t, op);
      break;
    case OpKind::recv:
      recv(t, op);
      break;
    case OpKind::finish:
      finish(t, op);
      break;
    case OpKind::connect:
      connect(t, op);
      break;
    case OpKind::recv_end:
      wait(
          t, list_of(op), [this, t, &op] { return satisfied(t, op); }, streams_[op.target].remote != nullptr);
      break;
    case OpKind::accept:
    case OpKind::wait:
      if (op.kind == OpKind::wait && comes_first(op)) ++in_.counts.came_first;
      wait(
          t, list_of(op), [this, t, &op] { return satisfied(t, op); }, false);
      break;
    case OpKind::signal: {
      Token& token = tokens_[op.target];
      if (token.by_plus_one) break;
      token.by_plus_one = t + 1;
      token.happened.now(clock_s());
      notify(token.waiters, t + 1);
      break;
    }
    case OpKind::arm:
      timers_[op.target].base = clock_s();
      timers_[op.target].by_plus_one = t + 1;
      wake_for_timer(timers_[op.target].waiters);
      break;
    case OpKind::expire:
      expire(t, op);
      break;
    case OpKind::io:
      io(t, op);
      break;
    case OpKind::spawn:
      start_thread(op.target);
      break;
    case OpKind::exit:
      break;
  }
}

void ReferenceEngine::compute(std::uint32_t t, const Op& op) {
  if (op.value <= 0) return;
  const double factor = in_.platform.cpu_time_factor(program_.threads[t].process);
  if (factor <= 0) return;
  const double flops = static_cast<double>(op.value) * 1e-9 * in_.recorded_speed_flops * factor;
  const double work = work_s(in_, host_of(t), op.value) * factor;
  const auto interpreter = interpreters_.find(program_.threads[t].process);
  if (interpreter == interpreters_.end() || (op.flags & kUnlocked))
    compute_alone(t, flops, work);
  else
    compute_in_turns(t, interpreter->second, flops, work);
}

/// Computes, and accounts for it.
void ReferenceEngine::compute_alone(std::uint32_t t, double flops, double work_s) {
  const double since = clock_s();
  s4u::this_actor::execute(flops);
  in_.busy_core_s[in_.platform.host_of_thread(program_, t)] += work_s;
  in_.accounting.computed(threads_[t].account, since, clock_s(), work_s);
}

void ReferenceEngine::sleep(std::uint32_t t, const Op& op) {
  if (op.value <= 0 || is_modelled(in_.network, clock_s(), op, streams_)) return;
  const double since = clock_s();
  const double until =
      since + static_cast<double>(op.value) * 1e-9 + (has_timer_slack(op) ? host_of(t).costs.timer_slack_s : 0);
  threads_[t].by_plus_one = 0;
  if (!(op.flags & kInterruptible)) {
    sleep_until(until);
  } else {
    const Op goal = program_.threads[t].ops[threads_[t].position + op.target];
    const double slack = has_timer_slack(goal) ? host_of(t).costs.timer_slack_s : 0;
    for (;;) {
      if (clock_s() == since && satisfied(t, goal)) {
        ++in_.counts.sleeps_cut_short;
        return;
      }
      double deadline = until;
      if (goal.kind == OpKind::expire && timers_[goal.target].base >= 0)
        deadline = std::min(deadline, timers_[goal.target].base + static_cast<double>(goal.value) * 1e-9 + slack);
      const End end = wait_until_released(
          t, list_of(goal), [this, t, &goal] { return satisfied(t, goal); }, deadline);
      if (end == End::condition) {
        ++in_.counts.sleeps_cut_short;
        sleep_until(clock_s() + wake_up_cost_s(host_of(t).costs, op, since, clock_s(), false));
        break;
      }
      if (threads_[t].rearmed) continue;
      if (deadline < until) {
        ++in_.counts.sleeps_cut_short;
        threads_[t].by_plus_one = timers_[goal.target].by_plus_one;
      }
      break;
    }
  }
  in_.accounting.waited(threads_[t].account, since, clock_s(), wait_state(program_, op, false),
                        threads_[t].by_plus_one);
}

void ReferenceEngine::expire(std::uint32_t t, const Op& op) {
  if (satisfied(t, op)) return;
  const double since = clock_s();
  Timer& timer = timers_[op.target];
  const double slack = has_timer_slack(op) ? host_of(t).costs.timer_slack_s : 0;
  do {
    const double deadline = timer.base < 0 ? kNever : timer.base + static_cast<double>(op.value) * 1e-9 + slack;
    wait_until_released(
        t, &timer.waiters, [] { return false; }, deadline);
  } while (threads_[t].rearmed);
  in_.accounting.waited(threads_[t].account, since, clock_s(), wait_state(program_, op, false), timer.by_plus_one);
}

void ReferenceEngine::io(std::uint32_t t, const Op& op) {
  const Io& io = program_.ios[op.target];
  s4u::Disk* disk = host_of(t).disk;
  const double since = clock_s();
  if (disk && io.bytes > 0) {
    if (io.write)
      disk->write(static_cast<sg_size_t>(io.bytes * kDiskUnitsPerByte));
    else
      disk->read(static_cast<sg_size_t>(io.bytes * kDiskUnitsPerByte));
  } else {
    sleep_until(since + static_cast<double>(op.value) * 1e-9);
  }
  if (clock_s() > since)
    in_.accounting.waited(threads_[t].account, since, clock_s(), wait_state(program_, op, false), 0);
}

/// Has the thread that ended this wait while recording not got as far here? See Program::gates.
bool ReferenceEngine::comes_first(const Op& op) const {
  if ((op.flags & kYields) == 0 || tokens_[op.target].by_plus_one != 0) return false;
  const Op* gate = gate_of(program_, op);
  return gate != nullptr && !was_open(*gate, clock_s(), streams_, connections_, tokens_);
}

bool ReferenceEngine::satisfied(std::uint32_t t, const Op& op) const {
  switch (op.kind) {
    case OpKind::recv:
      return streams_[op.target].arrived >= op.value;
    case OpKind::recv_end:
      return streams_[op.target].end_arrived.yet();
    case OpKind::finish:
      return !(op.flags & kLingers) || streams_[op.target].end_acknowledged;
    case OpKind::accept:
      return connections_[op.target].server_established.yet();
    case OpKind::wait:
      return tokens_[op.target].by_plus_one != 0 || comes_first(op);
    case OpKind::connect: {
      const auto& connection = program_.connections[op.target];
      return (op.flags & kNonblocking) || in_.platform.host_of_thread(program_, connection.client_thread) ==
                                              in_.platform.host_of_thread(program_, connection.server_thread);
    }
    case OpKind::expire: {
      const double base = timers_[op.target].base;
      return base >= 0 && base + static_cast<double>(op.value) * 1e-9 <= clock_s();
    }
    case OpKind::send:
      return !is_connecting(op.target) && has_room(op.target, streams_[op.target].sent + op.value);
    default:
      return true;
  }
  (void)t;
}

ReferenceEngine::WaitList* ReferenceEngine::list_of(const Op& op) {
  switch (op.kind) {
    case OpKind::recv:
    case OpKind::recv_end:
      return &streams_[op.target].readers;
    case OpKind::send:
    case OpKind::finish:
      return &streams_[op.target].writers;
    case OpKind::accept:
      return &connections_[op.target].waiters;
    case OpKind::wait:
      return &tokens_[op.target].waiters;
    case OpKind::expire:
      return &timers_[op.target].waiters;
    default:
      return nullptr;
  }
}

}  // namespace simrec::replay
