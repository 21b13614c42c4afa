// The event engine's ops that concern no stream: computing, time, tokens, devices.
#include "replayer/simulate/event_engine.h"

namespace simrec::replay {

bool EventEngine::compute(std::uint32_t t, const Op& op) {
  if (op.value <= 0) return true;
  Thread& thread = threads_[t];
  thread.work_s =
      work_s(in_, in_.platform.host(thread.host), op.value) * in_.platform.cpu_time_factor(program_.threads[t].process);
  if (thread.work_s <= 0) return true;
  if (!(op.flags & kUnlocked) && interpreter_of(t)) {
    thread.left_s = thread.work_s;
    ask_for_interpreter(t, false);
  } else {
    start_computing(t);
  }
  return false;
}

/// Thread::work_s, from now on.
void EventEngine::start_computing(std::uint32_t t) {
  Thread& thread = threads_[t];
  Host& host = hosts_[thread.host];
  thread.phase = Phase::computing;
  thread.since = now_;
  host.processor.add(t, thread.work_s, now_);
  if (!host.dirty) dirty_hosts_.push_back(thread.host);
  host.dirty = true;
}

bool EventEngine::sleep(std::uint32_t t, const Op& op) {
  if (op.value <= 0 || is_modelled(in_.network, now_, op, streams_)) return true;
  const HostCosts& costs = in_.platform.host(threads_[t].host).costs;
  WaitList* list = nullptr;
  if (op.flags & kInterruptible) {
    const Op& next = threads_[t].goal = ops_.at(t, threads_[t].position + op.target);
    if (satisfied(t, next)) {
      ++in_.counts.sleeps_cut_short;
      return true;
    }
    list = list_of(next);
  }
  hold(t, list);
  threads_[t].sleep_until =
      now_ + static_cast<double>(op.value) * 1e-9 + (has_timer_slack(op) ? costs.timer_slack_s : 0);
  schedule_timer(t);
  return false;
}

bool EventEngine::expire(std::uint32_t t, const Op& op) {
  if (satisfied(t, op)) return true;
  hold(t, &timers_[op.target].waiters);
  schedule_timer(t);
  return false;
}

/// (Re)schedules the end of a wait that time ends: a sleep, or an expire whose timer is armed.
void EventEngine::schedule_timer(std::uint32_t t) {
  const Op& op = current(t);
  const Op& goal = awaited(t);
  double when = op.kind == OpKind::sleep ? threads_[t].sleep_until : kNever;
  if (goal.kind == OpKind::expire && timers_[goal.target].base >= 0) {
    const double slack = has_timer_slack(goal) ? in_.platform.host(threads_[t].host).costs.timer_slack_s : 0;
    when = std::min(when, timers_[goal.target].base + static_cast<double>(goal.value) * 1e-9 + slack);
  }
  ++threads_[t].version;
  if (when < kNever) queue_.push(std::max(when, now_), EventKind::expire, t, threads_[t].version);
}

void EventEngine::timer_rang(std::uint32_t t) {
  const Op& op = current(t);
  const Op& goal = awaited(t);
  if (WaitList* list = &goal == &op && op.kind == OpKind::sleep ? nullptr : list_of(goal)) remove(*list, t);
  if (op.kind == OpKind::sleep && now_ < threads_[t].sleep_until) ++in_.counts.sleeps_cut_short;
  if (goal.kind == OpKind::expire) threads_[t].released_by_plus_one = timers_[goal.target].by_plus_one;
  if (goal.kind == OpKind::expire && (op.kind == OpKind::expire || now_ < threads_[t].sleep_until))
    threads_[t].cause = timers_[goal.target].chain;
  resume(t);
}

void EventEngine::arm(std::uint32_t t, const Op& op) {
  Timer& timer = timers_[op.target];
  timer.base = now_;
  timer.by_plus_one = t + 1;
  timer.chain = *cause_;
  for (std::uint32_t w = timer.waiters.first; w != kNone; w = threads_[w].next_waiter) schedule_timer(w);
}

void EventEngine::signal(std::uint32_t t, const Op& op) {
  Token& token = tokens_[op.target];
  if (token.by_plus_one) return;
  token.by_plus_one = t + 1;
  token.happened.now(now_);
  wake_satisfied(token.waiters, t + 1);
}

bool EventEngine::io(std::uint32_t t, const Op& op) {
  const Io& io = program_.ios[op.target];
  const bool on_disk = in_.platform.host(threads_[t].host).disk && io.bytes > 0;
  if (!on_disk && op.value <= 0) return true;
  hold(t, nullptr);
  if (on_disk) {
    pending_ios_.push_back(t);
  } else {
    queue_.push(now_ + static_cast<double>(op.value) * 1e-9, EventKind::resume, t, threads_[t].version);
  }
  return false;
}

}  // namespace simrec::replay
