#include "replayer/simulate/accounting.h"

#include <algorithm>
#include <cmath>

namespace simrec::replay {

Ns to_ns(double seconds) { return std::llround(seconds * 1e9); }

IntervalState wait_state(const Program& program, const Op& op, bool remote) {
  switch (op.cause) {
    case Cause::network:
      return IntervalState::network;
    case Cause::disk:
      return IntervalState::disk;
    case Cause::sync:
      return IntervalState::sync;
    case Cause::child:
      return IntervalState::child;
    case Cause::sleep:
      return IntervalState::sleep;
    case Cause::none:
      break;
  }
  switch (op.kind) {
    case OpKind::send:
    case OpKind::recv:
    case OpKind::recv_end: {
      const Transport transport = program.streams[op.target].transport;
      return remote || transport == Transport::tcp || transport == Transport::datagram ? IntervalState::network
                                                                                       : IntervalState::sync;
    }
    case OpKind::connect:
    case OpKind::accept:
      return IntervalState::network;
    case OpKind::io:
      return IntervalState::disk;
    case OpKind::sleep:
    case OpKind::expire:
      return IntervalState::sleep;
    default:
      return IntervalState::sync;
  }
}

Accounting::Accounting(const Program& program, bool timeline)
    : program_(program),
      keep_timeline_(timeline),
      processes_(program.processes.size()),
      thread_start_(program.threads.size(), -1),
      timeline_end_(timeline ? program.threads.size() : 0),
      timeline_(timeline ? program.threads.size() : 0) {}

void Accounting::thread_started(std::uint32_t thread, double now) {
  thread_start_[thread] = now;
  ProcessSums& p = processes_[program_.threads[thread].process];
  if (p.threads++ == 0) p.start = p.end = now;
  if (keep_timeline_) timeline_end_[thread] = to_ns(now);
}

void Accounting::thread_ended(std::uint32_t thread, const Op& exit, double now) {
  if (exit.flags & kNonblocking) return;
  ProcessSums& p = processes_[program_.threads[thread].process];
  p.end = std::max(p.end, now);
}

void Accounting::computed(std::uint32_t thread, double from, double to, double work_s) {
  ProcessSums& p = processes_[program_.threads[thread].process];
  const double ready = std::max(0.0, to - from - work_s);
  p.by_state[static_cast<int>(IntervalState::compute)] += work_s;
  p.by_state[static_cast<int>(IntervalState::ready)] += ready;
  if (!keep_timeline_) return;
  interval(thread, to - ready, IntervalState::compute, 0);
  interval(thread, to, IntervalState::ready, 0);
}

void Accounting::waited(std::uint32_t thread, double from, double to, IntervalState state, std::uint32_t by_plus_one) {
  processes_[program_.threads[thread].process].by_state[static_cast<int>(state)] += to - from;
  const Ns timeout = program_.threads[thread].usual_timeout_ns;
  if (timeout > 0 && state == IntervalState::network && to - from > static_cast<double>(timeout) * 1e-9) {
    ++outlasting_waits_;
    outlasting_s_ += to - from;
  }
  if (keep_timeline_) interval(thread, to, state, by_plus_one);
}

void Accounting::interval(std::uint32_t thread, double to, IntervalState state, std::uint32_t by_plus_one) {
  const Ns end = to_ns(to), duration = end - timeline_end_[thread];
  if (duration <= 0) return;
  timeline_end_[thread] = end;
  auto& intervals = timeline_[thread];
  if (!intervals.empty() && intervals.back().state == state && intervals.back().cause_plus_one == by_plus_one)
    intervals.back().duration_ns += duration;
  else
    intervals.push_back({duration, state, by_plus_one});
}

void Accounting::finish(Outcome& outcome) const {
  outcome.processes.resize(processes_.size());
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    const ProcessSums& from = processes_[i];
    ProcessOutcome& to = outcome.processes[i];
    const auto sum = [&](IntervalState state) { return to_ns(from.by_state[static_cast<int>(state)]); };
    to.start_ns = to_ns(from.start);
    to.end_ns = to_ns(from.end);
    to.compute_ns = sum(IntervalState::compute);
    to.network_ns = sum(IntervalState::network);
    to.disk_ns = sum(IntervalState::disk);
    to.sync_ns = sum(IntervalState::sync);
    to.child_ns = sum(IntervalState::child);
    to.sleep_ns = sum(IntervalState::sleep);
    to.ready_ns = sum(IntervalState::ready);
    to.threads = from.threads;
  }
  outcome.outlasting_waits = outlasting_waits_;
  outcome.outlasting_ns = to_ns(outlasting_s_);
  outcome.predicted_ns = outcome.processes.empty() ? 0 : outcome.processes[0].end_ns - outcome.processes[0].start_ns;
  outcome.thread_start_ns.clear();
  for (const double start : thread_start_) outcome.thread_start_ns.push_back(start < 0 ? 0 : to_ns(start));
  outcome.timeline = timeline_;
}

}  // namespace simrec::replay
