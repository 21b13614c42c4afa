#include "replayer/simulate/event_engine.h"

#include <simgrid/s4u.hpp>

#include "replayer/program/describe.h"

namespace simrec::replay {

std::string standstill_message(const Program& program, const std::vector<std::uint32_t>& positions) {
  return "The replay cannot proceed: " + describe_standstill(program, positions) + ".";
}

void run_event_engine(const EngineInput& input) { EventEngine(input).run(); }

EventEngine::EventEngine(const EngineInput& input)
    : in_(input),
      program_(input.program),
      ops_(program_),
      threads_(program_.threads.size()),
      streams_(program_.streams.size()),
      connections_(program_.connections.size()),
      tokens_(program_.tokens),
      timers_(program_.timers),
      activities_({[this](std::uint32_t stream) {
                     now_ = std::max(now_, activities_.clock_s());
                     flow_ended(stream);
                     pump();
                   },
                   [this](std::uint32_t thread) {
                     now_ = std::max(now_, activities_.clock_s());
                     resume(thread);
                     pump();
                   },
                   [this] { pump(); }}) {
  for (const UsedHost& host : input.platform.hosts())
    hosts_.push_back({Processor(static_cast<double>(host.cores)), 0, kNever, false});
  for (std::size_t h = 0; in_.insight && h < hosts_.size(); ++h)
    hosts_[h].processor.note_use(in_.insight->host_busy_ns[h]);
  for (std::uint32_t t = 0; t < threads_.size(); ++t) {
    threads_[t].host = input.platform.host_of_thread(program_, t);
    if (!program_.threads[t].spawned)
      queue_.push(static_cast<double>(program_.threads[t].start_ns) * 1e-9, EventKind::start, t);
  }
  set_up_loops();
  set_up_interpreters();
  shares_links_ = !in_.own_options && !in_.platform_changes;
  const std::vector<std::uint32_t> opposite = opposite_streams(program_);
  for (std::uint32_t s = 0; s < streams_.size(); ++s) set_up_stream(s, opposite[s]);
}

void EventEngine::run() {
  live_threads_ = static_cast<std::uint32_t>(threads_.size());
  if (in_.platform_changes)
    simgrid::s4u::Host::on_speed_change_cb([this](const simgrid::s4u::Host& changed) {
      for (std::uint32_t h = 0; h < hosts_.size(); ++h) {
        const UsedHost& host = in_.platform.host(h);
        if (host.host != &changed) continue;
        hosts_[h].processor.set_speed_factor(changed.get_speed() * changed.get_available_speed() / host.speed_flops,
                                             std::max(now_, activities_.clock_s()));
        hosts_[h].dirty = true;
        dirty_hosts_.push_back(h);
        activities_.wake_at(activities_.clock_s());
      }
    });
  activities_.wake_at(0);
  in_.simgrid.run();
}

/// Handles events until the next one must wait for SimGrid's clock.
void EventEngine::pump() {
  for (;;) {
    drain_ready();
    refresh_processors();
    if (live_threads_ == 0) {
      for (std::size_t h = 0; h < hosts_.size(); ++h) in_.busy_core_s[h] = hosts_[h].processor.busy_core_s();
      in_.finished(operations_);
    }
    if (!start_pending()) return;
    if (share_links()) continue;
    if (queue_.empty()) {
      if (activities_.in_flight() > 0) return;
      resolve_standstill();
      continue;
    }
    const double next = queue_.top().time;
    if ((activities_.in_flight() > 0 || in_.platform_changes) && next > activities_.clock_s()) {
      activities_.wake_at(next);
      return;
    }
    const Event event = queue_.pop();
    now_ = std::max(now_, event.time);
    handle(event);
  }
}

void EventEngine::drain_ready() {
  while (!ready_.empty()) {
    const std::uint32_t t = ready_.front();
    ready_.pop_front();
    resume(t);
  }
}

void EventEngine::refresh_processors() {
  for (const std::uint32_t h : dirty_hosts_) {
    Host& host = hosts_[h];
    host.dirty = false;
    const double next = host.processor.next_completion();
    if (next == host.scheduled) continue;
    host.scheduled = next;
    ++host.version;
    if (next < kNever) queue_.push(next, EventKind::processor, h, host.version);
  }
  dirty_hosts_.clear();
}

/// False: they must wait until SimGrid's clock has caught up with ours.
bool EventEngine::start_pending() {
  if (pending_flows_.empty() && pending_ios_.empty()) return true;
  if (activities_.clock_s() < now_) {
    activities_.wake_at(now_);
    return false;
  }
  for (const std::uint32_t s : pending_flows_) {
    const Stream& stream = streams_[s];
    note_flow_start(s);
    activities_.start_flow(in_.platform.host(stream.source).host, in_.platform.host(stream.destination).host,
                           share_bytes(*stream.remote), stream.remote->flow_shares, s);
  }
  pending_flows_.clear();
  for (const std::uint32_t t : pending_ios_) {
    const Io& io = program_.ios[current(t).target];
    activities_.start_io(in_.platform.host(threads_[t].host).disk, io.bytes, io.write, t);
  }
  pending_ios_.clear();
  return true;
}

void EventEngine::handle(const Event& event) {
  switch (event.kind) {
    case EventKind::start:
      start_thread(event.id);
      break;
    case EventKind::resume:
      if (threads_[event.id].version == event.version) resume(event.id);
      break;
    case EventKind::expire:
      if (threads_[event.id].version == event.version) timer_rang(event.id);
      break;
    case EventKind::processor: {
      Host& host = hosts_[event.id];
      if (host.version != event.version) break;
      host.scheduled = kNever;
      done_.clear();
      host.processor.complete(now_, done_);
      for (const std::uint32_t t : done_) ready_.push_back(t);
      if (!host.dirty) dirty_hosts_.push_back(event.id);
      host.dirty = true;
      break;
    }
    case EventKind::deliver:
      deliver(event.id);
      break;
    case EventKind::end_acknowledged:
      end_acknowledged(event.id);
      break;
    case EventKind::window:
      window_event(event);
      break;
    case EventKind::turn:
      answer_ring(event.id);
      break;
    case EventKind::interpreter:
      take_interpreter(event.id);
      break;
    case EventKind::send:
      send_queues_[event.id].due = false;
      if (!send_queues_[event.id].sending) send_next(event.id);
      break;
    case EventKind::flows_end:
      end_flows(event.version);
      break;
    case EventKind::client_established:
      client_established(event.id);
      break;
    case EventKind::server_established: {
      const Chain chain = established(event.id);
      const Because because(*this, chain);
      connections_[event.id].server_established.now(now_);
      wake_satisfied(connections_[event.id].waiters, connections_[event.id].client_plus_one);
      break;
    }
  }
}

void EventEngine::resolve_standstill() {
  if (relax_capacities() || relax_turns()) return;
  std::vector<std::uint32_t> positions;
  for (const Thread& thread : threads_)
    positions.push_back(thread.phase == Phase::unborn ? kNotStarted : thread.position);
  throw ReplayError(standstill_message(*WholeProgram(program_), positions));
}

}  // namespace simrec::replay
